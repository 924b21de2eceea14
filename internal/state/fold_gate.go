package state

import "stet"

// Waits reports whether a revision at this gate still has its verdict to come.
func (g Gate) Waits() bool { return g == GateReceived || g == GateRevising }

// judged serves qa_passed and qa_failed; the type decides, so that a reader of the log needs nothing else.
func (f *folder) judged() error {
	var v struct {
		Policy        string `json:"policy"`
		Next          string `json:"next"`
		ResubmitUntil int64  `json:"resubmit_until"`
	}
	if err := f.data(&v); err != nil {
		return err
	}
	return f.revision(func(r *Revision) {
		r.Policy, r.VerdictSeq, r.ResubmitUntil = v.Policy, f.e.Seq, v.ResubmitUntil
		switch {
		case f.e.Type == stet.QAPassed:
			r.Gate, r.ResubmitUntil = GateReady, 0
		case v.Next == stet.NextRevise:
			r.Gate = GateRevising
		default:
			r.Gate = GateFailed
		}
	})
}

// revised: the document of a kept round takes the place of the source's, and has no verdict yet.
func (f *folder) revised() error {
	var v struct {
		Round       int64  `json:"round"`
		Kept        bool   `json:"kept"`
		ContentHash string `json:"content_hash"`
	}
	if err := f.data(&v); err != nil {
		return err
	}
	return f.revision(func(r *Revision) {
		r.Rounds = v.Round
		if v.Kept {
			r.DocHash, r.DocSeq, r.Gate = v.ContentHash, f.e.Seq, GateReceived
		}
	})
}

// waived: the finding passes from the next judgement on. A newest version that failed gets that judgement now.
func (f *folder) waived() error {
	var w stet.Waived
	if err := f.data(&w); err != nil {
		return err
	}
	if err := f.rows.Put(&Waiver{ContentID: f.e.ContentID, Rule: w.Rule, Hash: w.Hash, Reason: w.Reason, Actor: w.By, Until: w.Until, At: f.at}); err != nil {
		return err
	}
	return f.revision(func(r *Revision) {
		if r.Gate == GateFailed && !r.Withdrawn { // what was taken back stays away
			r.Gate, r.ResubmitUntil = GateReceived, 0
		}
	})
}

// revision changes the row of the event's version; there is nothing to change where there is none.
func (f *folder) revision(edit func(*Revision)) error {
	r := &Revision{ContentID: f.e.ContentID, Version: f.e.Version}
	found, err := f.rows.Get(r)
	if err != nil || !found {
		return err
	}
	edit(r)
	return f.rows.Put(r)
}
