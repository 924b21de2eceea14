package httpapi

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"stet"
	"stet/internal/engine"
	"stet/internal/state"
)

// Report is the newest verdict of the gate on one version of a content.
type Report struct {
	ContentID    string          `json:"content_id"`
	Version      int64           `json:"version"`
	Gate         string          `json:"gate" doc:"Where the version stands: received, revising, ready, failed, superseded."`
	Judged       *time.Time      `json:"judged,omitempty" doc:"When; absent before the first verdict."`
	Policy       string          `json:"policy,omitempty" doc:"Name and content hash of the pack."`
	Passed       bool            `json:"passed"`
	Score        int             `json:"score"`
	Threshold    int             `json:"threshold"`
	Categories   []CategoryScore `json:"categories" nullable:"false"`
	Reasons      []string        `json:"reasons" nullable:"false" doc:"Why it did not pass."`
	Findings     []Finding       `json:"findings" nullable:"false" doc:"What blocks comes first."`
	Omitted      int             `json:"omitted,omitempty" doc:"Findings beyond those listed."`
	Unchecked    []string        `json:"unchecked" nullable:"false" doc:"What the policy could not look at."`
	Waivers      []Waiver        `json:"waivers" nullable:"false" doc:"That operators gave to the content, those that are over too."`
	Rounds       []Round         `json:"rounds" nullable:"false" doc:"Revisions that were tried on what the source sent."`
	Resubmission *Resubmission   `json:"resubmission,omitempty" doc:"With it the source may send this version once more with other text; for editors."`
}

// CategoryScore is the score of one category of rules.
type CategoryScore struct {
	Category string `json:"category"`
	Score    *int   `json:"score" doc:"0 to 100; null where nothing could be judged."`
	Floor    int    `json:"floor"`
}

// Finding is one thing that a rule found.
type Finding struct {
	Rule     string   `json:"rule"`
	Category string   `json:"category"`
	Severity string   `json:"severity" doc:"blocker, error, warning or info."`
	Message  string   `json:"message"`
	Remedy   string   `json:"remedy,omitempty"`
	Where    Where    `json:"where"`
	Text     string   `json:"text,omitempty" doc:"What was found."`
	Evidence string   `json:"evidence,omitempty" doc:"The nearest passage of the knowledge base."`
	Hash     string   `json:"hash" doc:"Names the finding, for a waiver."`
	Fix      *Fix     `json:"fix,omitempty"`
	Waived   *Granted `json:"waived,omitempty"`
}

// Where is where a finding stands in one of the article's texts.
type Where struct {
	Field string   `json:"field"`
	Start Position `json:"start"`
	End   Position `json:"end"`
}

// Position is a place in a text.
type Position struct {
	Byte   int `json:"byte" doc:"From 0."`
	Line   int `json:"line" doc:"From 1."`
	Column int `json:"column" doc:"Of characters, from 1."`
	UTF16  int `json:"utf16" doc:"Column in UTF-16 code units, from 1."`
}

// Fix is a change that removes a finding.
type Fix struct {
	Title string `json:"title"`
	Safe  bool   `json:"safe"`
}

// Granted is the waiver that lets a finding pass.
type Granted struct {
	Reason string    `json:"reason"`
	By     string    `json:"by"`
	Until  time.Time `json:"until"`
}

// Waiver lets one finding of a content pass, for a time.
type Waiver struct {
	Rule   string    `json:"rule"`
	Hash   string    `json:"hash"`
	Reason string    `json:"reason"`
	By     string    `json:"by"`
	Until  time.Time `json:"until"`
}

// Round is one revision that was tried.
type Round struct {
	Round       int64  `json:"round"`
	By          string `json:"by" doc:"fixer or reviser."`
	Kept        bool   `json:"kept"`
	Why         string `json:"why"`
	ScoreBefore int    `json:"score_before"`
	ScoreAfter  int    `json:"score_after"`
	Diff        string `json:"diff,omitempty"`
}

// Resubmission is the offer to send a version once more.
type Resubmission struct {
	Token string    `json:"token" doc:"For the header stet-resubmission of the delivery."`
	Until time.Time `json:"until"`
}

func (s *Server) routeReports() {
	handle(s, Viewer, huma.Operation{OperationID: "get-report", Method: http.MethodGet, Path: "/v1/contents/{id}/report", Tags: []string{"contents"},
		Summary: "Read the verdict on one version", Description: "What the gate found, what was revised and waived, and, for an editor, the token " +
			"with which the source may send a refused version once more."},
		func(ctx context.Context, in *struct {
			ContentPath
			Version int64 `query:"version" minimum:"0" doc:"0: the newest."`
		}) (out *body[Report], err error) {
			err = s.cfg.DB.View(ctx, func(r state.Reader) error {
				c, err := in.content(r)
				if err == nil {
					out, err = answer(s.report(ctx, r, c, in.Version))
				}
				return err
			})
			return out, err
		})
	handle(s, Operator, huma.Operation{OperationID: "waive", Method: http.MethodPost, Path: "/v1/contents/{id}/waivers", Tags: []string{"decisions"},
		Summary: "Let a finding pass", Description: "Lets one finding of a content pass for a time, within what the policy allows. A newest version that " +
			"failed is judged again at once."},
		func(ctx context.Context, in *struct {
			ContentPath
			Body Waive
		}) (*body[Waiver], error) {
			w := stet.Waived{Rule: in.Body.Rule, Hash: in.Body.Hash, Reason: in.Body.Reason, By: actor(ctx), Until: stet.Millis(in.Body.Until)}
			return answer(showWaiver(w), s.cfg.Engine.Waive(ctx, in.ID, w, in.Body.DryRun))
		})
}

// Waive asks for a waiver.
type Waive struct {
	Rule   string    `json:"rule" maxLength:"100" doc:"As the finding names it."`
	Hash   string    `json:"hash" maxLength:"100" doc:"Of the finding."`
	Reason string    `json:"reason" maxLength:"500" doc:"Why it may stand; it is listed on every report."`
	Until  time.Time `json:"until"`
	DryRun bool      `json:"dry_run,omitempty" doc:"Say whether it is allowed and change nothing."`
}

func showWaiver(w stet.Waived) Waiver {
	return Waiver{Rule: w.Rule, Hash: w.Hash, Reason: w.Reason, By: w.By, Until: stet.Time(w.Until)}
}

// report puts together what the log says of a version.
func (s *Server) report(ctx context.Context, r state.Reader, c *state.Content, version int64) (Report, error) {
	if version == 0 {
		version = c.Version
	}
	out := Report{ContentID: c.ContentID, Version: version, Categories: []CategoryScore{}, Reasons: []string{}, Findings: []Finding{}, Unchecked: []string{},
		Waivers: []Waiver{}, Rounds: []Round{}}
	revision := &state.Revision{ContentID: c.ContentID, Version: version}
	found, err := r.Get(revision)
	if err != nil || !found {
		return out, orMissing(err, c.ContentID, version)
	}
	out.Gate = string(revision.Gate)
	if err := out.fill(r, revision); err != nil {
		return out, err
	}
	waivers, err := engine.Waivers(r, c.ContentID)
	if err != nil {
		return out, err
	}
	for _, w := range waivers {
		out.Waivers = append(out.Waivers, showWaiver(w))
	}
	if token, until := s.cfg.Engine.ResubmissionToken(revision); token != "" && version == c.Version && mayDo(ctx, Editor) {
		out.Resubmission = &Resubmission{token, stet.Time(until)}
	}
	return out, nil
}

func orMissing(err error, contentID string, version int64) error {
	if err != nil {
		return err
	}
	return stet.Errorf(stet.NotFound, "unknown_version", "version %d of %q never came, or was refused", version, contentID)
}

// fill adds the newest verdict and the rounds before it.
func (out *Report) fill(r state.Reader, revision *state.Revision) error {
	rounds, err := engine.Rounds(r, revision)
	if err != nil {
		return err
	}
	for _, v := range rounds {
		out.Rounds = append(out.Rounds, Round{v.Round, v.By, v.Kept, v.Why, v.ScoreBefore, v.ScoreAfter, v.Diff})
	}
	if revision.VerdictSeq == 0 {
		return nil
	}
	entry := &state.Entry{Seq: revision.VerdictSeq}
	if _, err := r.Get(entry); err != nil {
		return err
	}
	var v stet.Verdict
	if err := json.Unmarshal(entry.Data, &v); err != nil {
		return fmt.Errorf("read event %d: %w", entry.Seq, err)
	}
	at := stet.Time(entry.At)
	out.Judged, out.Policy, out.Passed, out.Score, out.Threshold, out.Omitted = &at, v.Policy, v.Passed, v.Score, v.Threshold, v.Omitted
	out.Reasons, out.Unchecked = append(out.Reasons, v.Reasons...), append(out.Unchecked, v.Unchecked...)
	for _, c := range v.Categories {
		out.Categories = append(out.Categories, CategoryScore(c))
	}
	for _, raw := range v.Findings {
		var f Finding
		if err := json.Unmarshal(raw, &f); err != nil {
			return fmt.Errorf("read a finding of event %d: %w", entry.Seq, err)
		}
		out.Findings = append(out.Findings, f)
	}
	return nil
}
