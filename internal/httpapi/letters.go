package httpapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"stet"
	"stet/internal/engine"
	"stet/internal/state"
)

// Letters is a list of dead letters.
type Letters struct {
	Letters []DeadLetter `json:"letters" nullable:"false"`
	Next    string       `json:"next,omitempty" doc:"Pass it as after for the next page; absent on the last."`
}

// Closed says which dead letters were closed, or in a dry run would be.
type Closed struct {
	Letters []DeadLetter `json:"letters" nullable:"false"`
	DryRun  bool         `json:"dry_run"`
}

// Choice selects open dead letters. One of the filters or all must be there.
type Choice struct {
	ID        string         `json:"id,omitempty" maxLength:"100"`
	ContentID string         `json:"content_id,omitempty" maxLength:"200"`
	Target    string         `json:"target,omitempty" maxLength:"63"`
	Class     stet.DeadClass `json:"class,omitempty" enum:"content,configuration,target_down,poison"`
	All       bool           `json:"all,omitempty" doc:"All of them, where no filter narrows the choice."`
	DryRun    bool           `json:"dry_run,omitempty" doc:"Say what would happen and change nothing."`
}

func (c Choice) letters() engine.Letters {
	return engine.Letters{ID: c.ID, ContentID: c.ContentID, Target: c.Target, Class: c.Class, All: c.All}
}

func (s *Server) routeLetters() {
	handle(s, Viewer, huma.Operation{OperationID: "list-dead-letters", Method: http.MethodGet, Path: "/v1/deadletters", Tags: []string{"dead letters"},
		Summary: "List dead letters", Description: "Work that was given up, oldest first."},
		func(ctx context.Context, in *struct {
			Page
			Status string `query:"status" enum:"open,redriven,discarded,superseded,any" default:"open"`
			After  string `query:"after" maxLength:"100" doc:"Only ids after this one."`
		}) (*body[Letters], error) {
			return answer(s.letters(ctx, in.Status, in.After, in.Limit))
		})
	handle(s, Viewer, huma.Operation{OperationID: "get-dead-letter", Method: http.MethodGet, Path: "/v1/deadletters/{id}", Tags: []string{"dead letters"},
		Summary: "Show one dead letter", Description: "Why work was given up, every try, and what to do."},
		func(ctx context.Context, in *struct {
			ID string `path:"id" maxLength:"100"`
		}) (*body[DeadLetter], error) {
			row := &state.DeadLetter{ID: in.ID}
			err := s.cfg.DB.View(ctx, func(r state.Reader) error {
				found, err := r.Get(row)
				if err == nil && !found {
					err = stet.Errorf(stet.NotFound, "no_such_letter", "there is no dead letter %q", in.ID)
				}
				return err
			})
			if err != nil {
				return nil, err
			}
			return answer(showLetter(row))
		})
	s.routeClosing("redrive", "Try dead letters again", s.cfg.Engine.Redrive)
	s.routeClosing("discard", "Give dead letters up for good", s.cfg.Engine.Discard)
}

type closer func(ctx context.Context, which engine.Letters, actor string, dryRun bool) ([]*state.DeadLetter, error)

func (s *Server) routeClosing(verb, summary string, do closer) {
	handle(s, Operator, huma.Operation{OperationID: verb + "-dead-letters", Method: http.MethodPost, Path: "/v1/deadletters/" + verb,
		Tags: []string{"dead letters"}, Summary: summary, Description: "Closes the open dead letters that the choice selects."},
		func(ctx context.Context, in *struct{ Body Choice }) (*body[Closed], error) {
			rows, err := do(ctx, in.Body.letters(), actor(ctx), in.Body.DryRun)
			if err != nil {
				return nil, err
			}
			list, err := showLetters(rows)
			return answer(Closed{list, in.Body.DryRun}, err)
		})
}

func (s *Server) letters(ctx context.Context, status, after string, limit int) (out Letters, err error) {
	query := state.Query{Equal: map[string]any{}, Over: map[string]any{"id": after}, Limit: limit + 1}
	if status != "any" {
		query.Equal["status"] = status
	}
	err = s.cfg.DB.View(ctx, func(r state.Reader) error {
		rows, err := state.All[*state.DeadLetter](r, query)
		if err != nil {
			return err
		}
		if len(rows) > limit {
			rows = rows[:limit]
			out.Next = rows[limit-1].ID
		}
		out.Letters, err = showLetters(rows)
		return err
	})
	return out, err
}
