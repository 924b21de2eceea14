package engine

import (
	"context"
	"math/rand/v2"
	"time"

	"stet"
	"stet/internal/publish"
)

// passAll is the policy that lets everything through.
type passAll struct{}

func (passAll) Policy() string { return "pass-all" }

func (passAll) Judge(context.Context, Case) (Judgement, error) {
	return Judgement{Verdict: stet.Verdict{Passed: true, Policy: "pass-all", Score: 100}}, nil
}

func (passAll) CheckWaiver(stet.Waived, time.Time) error {
	return stet.Errorf(stet.Conflict, "no_policy", "no policy is configured, so there is nothing to waive")
}

type blind struct{}

func (blind) Committed([]stet.Event)                                {}
func (blind) Called(string, publish.CallKind, time.Duration, error) {}
func (blind) Span(ctx context.Context, _, _ string) (context.Context, func(error)) {
	return ctx, func(error) {}
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func randFloat() float64 { return rand.Float64() }
