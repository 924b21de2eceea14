package revise

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"stet"
	"stet/internal/httpclient"
)

// Timeout is how long one call may take; 0 is DefaultTimeout.
type Timeout = time.Duration

// DefaultTimeout of a call: models take their time.
const DefaultTimeout = 2 * time.Minute

const (
	tries      = 3
	maxPause   = 30 * time.Second
	firstPause = time.Second
	maxReply   = 4 << 20 // bytes of an answer
)

// Net is what calls go through; the zero value is the network, in real time.
type Net struct {
	Transport http.RoundTripper
	Pause     func(ctx context.Context, d time.Duration) error
	Now       func() time.Time
}

func (e Endpoint) config(net Net) httpclient.Config {
	timeout := e.Timeout
	if timeout == 0 {
		timeout = DefaultTimeout
	}
	conf := httpclient.Config{Base: e.URL, AllowPrivate: e.Private, Timeout: timeout, MaxBody: maxReply, Transport: net.Transport}
	if e.Secret != "" {
		conf.Secrets = []string{e.Secret}
	}
	return conf
}

// caller makes calls that change nothing at their other end, so that one whose outcome is unknown can be made again.
type caller struct {
	client *httpclient.Client
	pause  func(ctx context.Context, d time.Duration) error
}

func newCaller(conf httpclient.Config, net Net) (caller, error) {
	client, err := httpclient.New(conf)
	if net.Pause == nil {
		net.Pause = pause
	}
	return caller{client, net.Pause}, err
}

// post makes a call, three times at most where it was not answered or the other end asks for patience. Each try is made
// anew by request, since a signature has a time.
func (c caller) post(ctx context.Context, request func() httpclient.Request) (*httpclient.Response, error) {
	gap := firstPause
	for try := 1; ; try++ {
		resp, err := c.client.Do(ctx, request())
		if err == nil {
			err = httpclient.Classify(resp)
		}
		if err == nil {
			return resp, nil
		}
		if again := stet.IsKind(err, stet.Unavailable) || stet.IsKind(err, stet.Throttled); !again || try == tries || ctx.Err() != nil {
			return nil, fmt.Errorf("ask the reviser (try %d): %w", try, err)
		}
		if err := c.pause(ctx, min(max(gap, retryAfter(err)), maxPause)); err != nil {
			return nil, err
		}
		gap *= 2
	}
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
