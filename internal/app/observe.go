package app

import (
	"context"

	"stet/internal/state"
	"stet/internal/telemetry"
)

// observeStore registers what is counted in the store when metrics are asked for.
func (a *App) observeStore() {
	a.observer.Table("stet_queue_jobs", "Unfinished jobs of all nodes.", []string{"kind", "state"}, a.depths)
	a.observer.Table("stet_dead_letters_open", "Work that was given up and waits for a person.", []string{"class"}, a.letters)
	a.observer.Table("stet_store_updates_waiting", "Updates of this process that wait for their turn.", nil,
		func(context.Context) ([]telemetry.Gauge, error) {
			return []telemetry.Gauge{{Value: float64(a.db.Waiting())}}, nil
		})
}

func (a *App) depths(ctx context.Context) (list []telemetry.Gauge, err error) {
	depths, err := a.queue.Depths(ctx)
	for _, d := range depths {
		list = append(list, telemetry.Gauge{Labels: []string{string(d.Kind), d.State}, Value: float64(d.Jobs)})
	}
	return list, err
}

// classes are those of dead letters, so that each has a line from the start.
var classes = []string{"configuration", "content", "poison", "target_down"}

func (a *App) letters(ctx context.Context) (list []telemetry.Gauge, err error) {
	err = a.db.View(ctx, func(r state.Reader) error {
		for _, class := range classes {
			rows, err := r.Find(&state.DeadLetter{}, state.Query{Equal: map[string]any{"status": "open", "class": class}})
			if err != nil {
				return err
			}
			list = append(list, telemetry.Gauge{Labels: []string{class}, Value: float64(len(rows))})
		}
		return nil
	})
	return list, err
}
