package bench

import (
	"context"
	"errors"
)

// ingest floods the door of a new node; with working, the gate and the publishers run as well.
func (r *run) ingest(ctx context.Context, p place, working bool) (rate doorRate, err error) {
	n, err := r.start(ctx, p, newCMS(0), nil)
	if err != nil {
		return rate, err
	}
	defer func() { err = errors.Join(err, n.stop(ctx)) }()
	if working {
		if err := n.work(ctx); err != nil {
			return rate, err
		}
	}
	return flood(ctx, n.addr, r.mail, 'i', r.Duration)
}
