package httpclient_test

import (
	"errors"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"stet"
	"stet/internal/httpclient"
)

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	at := func(d time.Duration) string { return now.Add(d).Format(http.TimeFormat) }
	for _, c := range []struct {
		value, date string
		want        time.Duration
	}{
		{"", "", 0}, {"soon", "", 0}, {"1.5", "", 0}, {"+5", "", 0}, {"-", "", 0}, {"5 6", "", 0}, {"٣", "", 0},
		{"30", "", 30 * time.Second}, {" 30 ", "", 30 * time.Second}, {"0030", "", 30 * time.Second},
		{"0", "", time.Second}, {"-1", "", time.Second}, {"-99999999999999999999", "", time.Second},
		{"3600", "", time.Hour}, {"3601", "", time.Hour}, {"315360000", "", time.Hour}, {"99999999999999999999999", "", time.Hour},
		{at(90 * time.Second), "", 90 * time.Second}, {at(-time.Hour), "", time.Second}, {at(87600 * time.Hour), "", time.Hour},
		// The target's clock is a day ahead, then a day behind.
		{at(24*time.Hour + time.Minute), at(24 * time.Hour), time.Minute},
		{at(-24*time.Hour + time.Minute), at(-24 * time.Hour), time.Minute},
		{at(time.Minute), "yesterday", time.Minute},
	} {
		h := http.Header{"Retry-After": {c.value}, "Date": {c.date}}
		if got := httpclient.RetryAfter(h, now); got != c.want {
			t.Errorf("Retry-After %q, Date %q: %v, want %v", c.value, c.date, got, c.want)
		}
	}
}

func FuzzRetryAfter(f *testing.F) {
	f.Add("30", "")
	f.Add("Sun, 01 Mar 2026 12:00:00 GMT", "Sun, 01 Mar 2026 11:59:00 GMT")
	f.Fuzz(func(t *testing.T, value, date string) {
		d := httpclient.RetryAfter(http.Header{"Retry-After": {value}, "Date": {date}}, time.Unix(0, 0))
		if d != 0 && (d < time.Second || d > time.Hour) {
			t.Errorf("%q with date %q: %v", value, date, d)
		}
	})
}

// target answers in memory, after a time, and notes when requests came and how many were there at once.
type target struct {
	status int
	after  time.Duration

	mu        sync.Mutex
	starts    []time.Time
	now, most int
}

func (s *target) RoundTrip(*http.Request) (*http.Response, error) {
	s.mu.Lock()
	s.starts = append(s.starts, time.Now())
	s.now++
	s.most = max(s.most, s.now)
	s.mu.Unlock()
	<-time.After(s.after)
	s.mu.Lock()
	s.now--
	s.mu.Unlock()
	return &http.Response{StatusCode: s.status, Header: http.Header{"Retry-After": {"4"}}, Body: http.NoBody}, nil
}

func TestPaceHoldsRateAndConcurrency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := &target{status: 200, after: time.Second}
		pace := httpclient.NewPace(3, 5)
		// Two clients share the pace, as two connectors of one target would.
		one := open(t, httpclient.Config{Base: "http://cms.example.com", Transport: srv, Pace: pace})
		two := open(t, httpclient.Config{Base: "http://cms.example.com", Transport: srv, Pace: pace})
		var wg sync.WaitGroup
		for i := range 30 {
			wg.Go(func() {
				if _, err := get(t, []*httpclient.Client{one, two}[i%2]); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if srv.most != 3 {
			t.Errorf("%d calls at once, want 3", srv.most)
		}
		for i := 1; i < len(srv.starts); i++ {
			if gap := srv.starts[i].Sub(srv.starts[i-1]); gap < 200*time.Millisecond {
				t.Errorf("calls %d and %d are %v apart, want 200ms at least", i-1, i, gap)
			}
		}
	})
}

func TestNoCallDuringThePauseATargetAsksFor(t *testing.T) {
	for _, status := range []int{429, 503} {
		synctest.Test(t, func(t *testing.T) {
			srv := &target{status: status, after: time.Second}
			c := open(t, httpclient.Config{Base: "http://cms.example.com", Transport: srv})
			if _, err := get(t, c); err != nil {
				t.Fatal(err)
			}
			srv.status = 200
			var wg sync.WaitGroup
			for range 5 {
				wg.Go(func() {
					if _, err := post(t, c); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			answered := srv.starts[0].Add(srv.after)
			for _, start := range srv.starts[1:] {
				if start.Sub(answered) < 4*time.Second {
					t.Errorf("%d: a call %v after the answer that asked for 4s", status, start.Sub(answered))
				}
			}
		})
	}
}

func TestALongPauseGivesTheWorkerBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := &target{status: 200}
		pace := httpclient.NewPace(1, 0)
		c := open(t, httpclient.Config{Base: "http://cms.example.com", Transport: srv, Pace: pace})
		pace.Pause(10 * time.Minute)
		pace.Pause(time.Minute) // shortens nothing
		start := time.Now()
		_, err := post(t, c)
		wantError(t, err, stet.Throttled, "paced", stet.NotApplied)
		if e, ok := errors.AsType[*stet.Error](err); !ok || e.RetryAfter != 10*time.Minute {
			t.Errorf("retry after %v, want 10m", e.RetryAfter)
		}
		if time.Since(start) > 0 || len(srv.starts) > 0 {
			t.Errorf("waited %v and called %d times", time.Since(start), len(srv.starts))
		}
		<-time.After(10 * time.Minute)
		if _, err := post(t, c); err != nil { // the slot was given back, too
			t.Error(err)
		}
	})
}
