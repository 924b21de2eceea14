package httpapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"stet"
	"stet/connector"
	"stet/internal/engine"
)

// PublicationPath names a publication in a path.
type PublicationPath struct {
	ContentPath
	Target string `path:"target" maxLength:"63"`
}

func (p PublicationPath) key() stet.Key { return stet.Key{ContentID: p.ID, Target: p.Target} }

// Rollback asks for an earlier good state.
type Rollback struct {
	ToVersion int64 `json:"to_version,omitempty" minimum:"0" doc:"0: the newest good version before the live one."`
	DryRun    bool  `json:"dry_run,omitempty" doc:"Say what would happen and change nothing."`
}

// Release ends the hold of a rollback.
type Release struct {
	DryRun bool `json:"dry_run,omitempty" doc:"Say what would happen and change nothing."`
}

// Drift settles a drift.
type Drift struct {
	Decision string `json:"decision" enum:"overwrite,adopt,detach" doc:"overwrite what the target holds, adopt it as the good state, or detach and stop looking."`
	Seen     string `json:"seen,omitempty" maxLength:"200" doc:"The fingerprint you decided about; if the target has moved on since, nothing happens."`
}

// Differences are the fields of an item that are not as stet published them.
type Differences struct {
	Differences []connector.Difference `json:"differences" nullable:"false"`
}

// Decided names the publication whose drift was settled.
type Decided struct {
	ContentID string `json:"content_id"`
	Target    string `json:"target"`
	Decision  string `json:"decision"`
}

func (s *Server) routeDecisions() {
	const base = "/v1/contents/{id}/targets/{target}/"
	tags := []string{"decisions"}
	handle(s, Editor, huma.Operation{OperationID: "rollback", Method: http.MethodPost, Path: base + "rollback", Tags: tags,
		Summary: "Publish an earlier good state again", Description: "The newest version before the live one that succeeded, or the one that is named."},
		func(ctx context.Context, in *struct {
			PublicationPath
			Body Rollback
		}) (*body[engine.Plan], error) {
			return answer(s.cfg.Engine.Rollback(ctx, in.key(), in.Body.ToVersion, actor(ctx), in.Body.DryRun))
		})
	handle(s, Editor, huma.Operation{OperationID: "release", Method: http.MethodPost, Path: base + "release", Tags: tags,
		Summary: "End the hold of a rollback", Description: "The newest version that passed its gates is published."},
		func(ctx context.Context, in *struct {
			PublicationPath
			Body Release
		}) (*body[engine.Plan], error) {
			return answer(s.cfg.Engine.Release(ctx, in.key(), actor(ctx), in.Body.DryRun))
		})
	handle(s, Viewer, huma.Operation{OperationID: "get-drift", Method: http.MethodGet, Path: base + "drift", Tags: tags,
		Summary: "Compare the item at a target", Description: "Asks the target in which fields its item differs from the version that stet brought there. Nothing changes."},
		func(ctx context.Context, in *struct{ PublicationPath }) (*body[Differences], error) {
			list, err := s.cfg.Engine.Differences(ctx, in.key())
			return answer(Differences{append([]connector.Difference{}, list...)}, err)
		})
	handle(s, Editor, huma.Operation{OperationID: "settle-drift", Method: http.MethodPost, Path: base + "drift", Tags: tags,
		Summary: "Settle a drift", Description: "Decide about what somebody else left in the target."},
		func(ctx context.Context, in *struct {
			PublicationPath
			Body Drift
		}) (*body[Decided], error) {
			err := s.cfg.Engine.Decide(ctx, in.key(), in.Body.Decision, in.Body.Seen, actor(ctx))
			return answer(Decided{in.ID, in.Target, in.Body.Decision}, err)
		})
}
