package sim

import (
	"context"
	"time"

	"stet"
	"stet/connector"
)

// fault is a row of the fault matrix (docs/protocol.md, 1.9).
type fault int

const (
	noFault       fault = iota
	faultRefused        // F1: no connection
	faultCut            // F2: cut before it reached the server
	faultLost           // F3: cut after the commit
	faultLate           // F4: the answer is given up, the request commits later
	faultThrottle       // F5: 429 with Retry-After
	fault500            // F6: 500 before the commit
	fault500After       // F7: 500 after the commit
	faultBody           // F8: 200 with an error body; for writes: 200, and nothing happened
	faultTrunc          // F9: truncated answer
	faultTwice          // F10: delivered twice
	faultStale          // F11: the lookup lags
	faultHang           // F12: no answer, nothing happened
	lastFault     = faultHang
)

const (
	callTimeout = 20 * time.Second
	maxLate     = 8 * time.Minute
)

// begin is the way to the server: others run meanwhile, and the seed says what goes wrong.
func (c *cms) begin(op string) fault {
	r := c.run
	r.yield(r.between(5*time.Millisecond, 300*time.Millisecond))
	r.calls[op]++
	f := noFault
	switch {
	case r.strike[op] != noFault && r.calls[op] == r.strikeAt:
		f = r.strike[op]
	case r.faultsLeft > 0 && r.chance(r.faultRate):
		r.faultsLeft--
		f = 1 + fault(r.rng.IntN(int(lastFault)))
	}
	if f != noFault {
		r.faults[f]++
	}
	return f
}

// end is the way back, on which the process may die with the answer unread (K4).
func (c *cms) end(f fault) {
	if c.run.killAt == "K4" && f == noFault {
		c.run.killAt = ""
		c.run.kill(c.run.current.proc)
	}
	c.run.yield(c.run.between(5*time.Millisecond, 200*time.Millisecond))
}

// readFault is what a look gets for a fault; a lagging index is not an error.
func (c *cms) readFault(op string, f fault) error {
	var err error
	switch f {
	case noFault, faultStale, faultTwice:
		return nil
	case faultThrottle:
		err = throttled()
	case faultHang, faultLate:
		c.run.yield(callTimeout)
		err = unknown("timeout")
	default:
		err = unknown("no proper answer")
	}
	c.log = append(c.log, entry{at: c.run.now, op: op, by: "stet", err: true})
	return err
}

func throttled() error {
	err := stet.Errorf(stet.Throttled, "throttled", "429")
	err.Outcome, err.RetryAfter = stet.NotApplied, 30*time.Second
	return err
}

func unknown(text string) error { return stet.Errorf(stet.Unavailable, "unavailable", "%s", text) }

// write takes a change to the server through the seed's fault. effect is the commit.
func (c *cms) write(_ context.Context, op string, effect func() error) error {
	f := c.begin(op)
	if c.caps.Horizon == 0 && f == faultLate { // files are not written by others later
		f = faultLost
	}
	if c.caps.Class == connector.Bare && f == faultTwice { // promise P2' does not hold where a proxy sends creates twice
		f = faultLost
	}
	switch f {
	case faultRefused:
		err := stet.Errorf(stet.Unavailable, "refused", "connection refused")
		err.Outcome = stet.NotApplied
		return err
	case faultThrottle:
		return throttled()
	case faultBody:
		c.end(f)
		if op == "create" || op == "upsert" {
			return unknown("200 with an error body")
		}
		return nil // a 200 that means nothing
	case faultCut, fault500:
		return unknown("cut before it arrived")
	case faultHang:
		c.run.yield(callTimeout)
		return unknown("timeout")
	case faultLate:
		c.run.after(callTimeout+c.run.between(0, maxLate), func() { _ = effect() })
		c.run.yield(callTimeout)
		return unknown("timeout")
	}
	err := effect()
	if f == faultTwice {
		_ = effect()
	}
	c.maybeIndex()
	c.end(f)
	if f == faultLost || f == fault500After || f == faultTrunc {
		return unknown("the answer was lost")
	}
	return err
}

// maybeIndex lets the lagging index catch up now and then.
func (c *cms) maybeIndex() {
	if c.run.chance(0.5) {
		c.index()
	}
}
