package bench

import (
	"context"
	"errors"
	"fmt"
	"time"

	"stet"
	"stet/internal/app"
	"stet/internal/client"
)

const (
	kills = 5
	// restAfter is how long a server is left alone before its memory counts.
	restAfter = 3 * time.Second
)

// processes measures a real server: what it takes, and how fast it is back.
func (r *run) processes(ctx context.Context, p place, s *Store) error {
	if len(r.Program) == 0 {
		return nil
	}
	s.Process = &Process{Kills: kills}
	r.Watch(p.name() + ": memory of a server")
	if err := r.with(ctx, p, func(c *child) error { return r.memory(ctx, c, s.Process) }); err != nil {
		return err
	}
	r.Watch(p.name() + ": recovery after SIGKILL")
	return r.with(ctx, p, func(c *child) error { return r.recovery(ctx, c, s.Process) })
}

// with gives measure a server with a new store, and removes both.
func (r *run) with(ctx context.Context, p place, measure func(*child) error) error {
	c, err := r.child(ctx, p)
	if err != nil {
		return err
	}
	return errors.Join(measure(c), c.close())
}

func (r *run) memory(ctx context.Context, c *child, out *Process) error {
	if err := errors.Join(c.start(), c.ready(ctx)); err != nil {
		return err
	}
	select {
	case <-time.After(restAfter):
	case <-ctx.Done():
		return ctx.Err()
	}
	out.Rest, _ = resident(c.cmd.Process.Pid)
	if _, err := flood(ctx, c.addr, r.mail, 'm', r.Duration); err != nil {
		return err
	}
	_, out.Busy = resident(c.cmd.Process.Pid)
	return nil
}

// recovery has the process killed in the middle of a publish, after the write and before its outcome is on disk, and
// starts it again.
func (r *run) recovery(ctx context.Context, c *child, out *Process) error {
	var starts, recoveries []float64
	for n := range int64(kills) {
		id := contentID('k', n)
		if err := r.dieWith(ctx, c, id); err != nil {
			return err
		}
		begin := time.Now()
		if err := errors.Join(c.start(), c.ready(ctx)); err != nil {
			return err
		}
		starts = append(starts, millis(time.Since(begin)))
		if err := c.until(ctx, "publish what was interrupted", func() (bool, error) { return published(ctx, c, id) }); err != nil {
			return err
		}
		recoveries = append(recoveries, millis(time.Since(begin)))
		c.kill()
	}
	out.Start, out.Recovery, out.Worst = median(starts), median(recoveries), quantile(recoveries, 1)
	return nil
}

// dieWith starts the process, which ends as by SIGKILL once it has written the page of the content.
func (r *run) dieWith(ctx context.Context, c *child, id string) error {
	if err := errors.Join(c.start(app.FailpointVariable+"=K5:upsert"), c.ready(ctx)); err != nil {
		return err
	}
	s, err := dial(ctx, c.addr, r.mail)
	if err != nil {
		return err
	}
	defer s.conn.Close()
	if err := s.deliver(id); err != nil {
		return err
	}
	select {
	case err := <-c.ended:
		c.ended <- err
		return nil
	case <-time.After(patience):
		return fmt.Errorf("the server did not reach its failpoint within %s", patience)
	case <-ctx.Done():
		return ctx.Err()
	}
}

func published(ctx context.Context, c *child, id string) (bool, error) {
	page, err := c.client.Events(ctx, client.EventFilter{Content: id, Type: string(stet.PublishSucceeded), Limit: 1})
	return len(page.Events) > 0, err
}
