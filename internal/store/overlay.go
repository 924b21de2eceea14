package store

import (
	"stet/internal/state"
	"stet/internal/store/rowset"
)

// overlay is a database transaction with changes on top that are not written yet. Reads see both.
type overlay struct {
	base    state.Reader
	puts    rowset.Set
	deletes rowset.Set
	undo    []func() // of the changes since the last mark, oldest first
	broken  error    // the first failed read of base, after which the transaction cannot be trusted
}

func (o *overlay) Get(row state.Row) (bool, error) {
	if found, err := o.puts.Get(row); found || err != nil {
		return found, err
	}
	if gone, err := o.deletes.Get(state.Clone(row)); gone || err != nil {
		return false, err
	}
	found, err := o.base.Get(row)
	return found, o.note(err)
}

// Find asks base for as many rows more as the overlay may hide.
func (o *overlay) Find(proto state.Row, q state.Query) ([]state.Row, error) {
	wider := q
	if q.Limit > 0 {
		wider.Limit += o.puts.Len(proto) + o.deletes.Len(proto)
	}
	stored, err := o.base.Find(proto, wider)
	if err != nil {
		return nil, o.note(err)
	}
	rows, err := o.puts.Find(proto, q)
	if err != nil {
		return nil, err
	}
	for _, row := range stored {
		if !o.covers(row) {
			rows = append(rows, row)
		}
	}
	return q.Arrange(rows), nil
}

// covers reports whether the overlay has another fate for a stored row.
func (o *overlay) covers(row state.Row) bool {
	probe := state.Clone(row)
	put, _ := o.puts.Get(probe) // a rowset does not fail
	gone, _ := o.deletes.Get(probe)
	return put || gone
}

func (o *overlay) put(row state.Row) error {
	o.remember(row)
	if err := o.deletes.Delete(row); err != nil {
		return err
	}
	return o.puts.Put(row)
}

func (o *overlay) delete(row state.Row) error {
	o.remember(row)
	if err := o.puts.Delete(row); err != nil {
		return err
	}
	return o.deletes.Put(row)
}

// remember records how to make the overlay's view of one key what it is now.
func (o *overlay) remember(row state.Row) {
	was := state.Clone(row)
	put, _ := o.puts.Get(was)
	gone, _ := o.deletes.Get(state.Clone(row))
	o.undo = append(o.undo, func() {
		_, _ = o.puts.Delete(was), o.deletes.Delete(was) // sets in memory do not fail
		if put {
			_ = o.puts.Put(was)
		}
		if gone {
			_ = o.deletes.Put(was)
		}
	})
}

func (o *overlay) mark() { o.undo = o.undo[:0] }

// rewind takes back every change since the mark.
func (o *overlay) rewind() {
	for i := len(o.undo) - 1; i >= 0; i-- {
		o.undo[i]()
	}
	o.mark()
}

func (o *overlay) note(err error) error {
	if err != nil && o.broken == nil {
		o.broken = err
	}
	return err
}
