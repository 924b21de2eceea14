package bench

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"stet/contract"
)

// senders is how many deliveries are under way at once.
const senders = 64

// sender is one HTTP connection to a door. It writes requests as plain bytes, so that what it costs is small beside what
// the server does for them.
type sender struct {
	conn net.Conn
	in   *bufio.Reader
	mail mail
}

func dial(ctx context.Context, addr string, m mail) (*sender, error) {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("reach the door: %w", err)
	}
	return &sender{conn: conn, in: bufio.NewReader(conn), mail: m}, nil
}

// deliver sends one delivery and waits for its answer, which must be that it was accepted.
func (s *sender) deliver(contentID string) error {
	body := s.mail.body(contentID)
	now := time.Now()
	var out bytes.Buffer
	fmt.Fprintf(&out, "POST /v1/sources/%s/events HTTP/1.1\r\nHost: bench\r\nContent-Type: %s\r\nContent-Length: %d\r\n%s: %s\r\n%s: %d\r\n%s: %s\r\n\r\n",
		source, contract.MediaJSON, len(body), contract.HeaderID, contentID, contract.HeaderTimestamp, now.Unix(),
		contract.HeaderSignature, contract.Sign(s.mail.secret, contentID, now, body))
	out.Write(body)
	if _, err := s.conn.Write(out.Bytes()); err != nil {
		return fmt.Errorf("send %s: %w", contentID, err)
	}
	resp, err := http.ReadResponse(s.in, nil)
	if err != nil {
		return fmt.Errorf("read the answer to %s: %w", contentID, err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusAccepted {
		err = fmt.Errorf("%s: %s", resp.Status, bytes.TrimSpace(answer))
	}
	if err != nil {
		return fmt.Errorf("deliver %s: %w", contentID, err)
	}
	return nil
}

// doorRate is what the senders saw.
type doorRate struct{ perSecond, p50, p99 float64 }

// flood has all senders deliver one article after another for a while.
func flood(ctx context.Context, addr string, m mail, series byte, during time.Duration) (doorRate, error) {
	limited, cancel := context.WithTimeout(ctx, during)
	defer cancel()
	var next atomic.Int64
	var took [senders][]float64
	start := time.Now()
	err := together(ctx, addr, m, func(i int, s *sender) error {
		for limited.Err() == nil {
			sent := time.Now()
			if err := s.deliver(contentID(series, next.Add(1))); err != nil {
				return err
			}
			took[i] = append(took[i], millis(time.Since(sent)))
		}
		return nil
	})
	if err = errors.Join(err, ctx.Err()); err != nil {
		return doorRate{}, err
	}
	all := slices.Concat(took[:]...)
	return doorRate{float64(len(all)) / time.Since(start).Seconds(), quantile(all, 0.5), quantile(all, 0.99)}, nil
}

// together runs each for every sender, on a connection of its own.
func together(ctx context.Context, addr string, m mail, each func(i int, s *sender) error) error {
	var wg errgroup.Group
	for i := range senders {
		wg.Go(func() error {
			s, err := dial(ctx, addr, m)
			if err != nil {
				return err
			}
			defer s.conn.Close()
			return each(i, s)
		})
	}
	return wg.Wait()
}
