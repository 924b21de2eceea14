//go:build unix

package crash_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"stet"
	"stet/contract"
)

// senders bring rising versions of many contents to the door, as Standard Webhooks senders do: each delivery is tried
// until it is answered. What they were told is evidence.
type senders struct {
	w     *world
	ctx   context.Context
	end   context.CancelFunc
	group sync.WaitGroup

	mu     sync.Mutex
	doors  []string
	death  chan struct{} // closed when a server dies
	sent   []*delivery
	served int
}

// kind is why a delivery was sent.
type kind string

const (
	fresh  kind = "fresh" // a new version
	copied kind = "copy"  // a version that was sent before, under another delivery id
	stale  kind = "stale" // an older version with another text
)

// delivery is one event under one delivery id, and every answer that it got.
type delivery struct {
	id      string
	kind    kind
	content string
	version int64
	body    []byte
	answers []answer // in any order: two tries may have been under way at once
}

type answer struct {
	status int
	body   string
}

func newSenders(w *world) *senders {
	s := &senders{w: w, death: make(chan struct{})}
	s.ctx, s.end = context.WithCancel(context.Background())
	w.t.Cleanup(func() { s.end(); s.group.Wait() })
	return s
}

// begin starts lanes senders. Each brings some versions of one content, then goes on to the next.
func (s *senders) begin(lanes int) {
	for lane := range lanes {
		random := rand.New(rand.NewPCG(s.w.setup.seed, uint64(lane)))
		s.group.Go(func() {
			for n := 0; s.ctx.Err() == nil; n++ {
				s.content(fmt.Sprintf("lane-%d-%d", lane, n), 1+random.IntN(5), random)
			}
		})
	}
}

// stop ends the senders after the deliveries under way.
func (s *senders) stop() {
	s.end()
	s.group.Wait()
}

// content brings the versions of one content.
func (s *senders) content(id string, versions int, random *rand.Rand) {
	var last *delivery
	for v := int64(1); v <= int64(versions) && s.ctx.Err() == nil; v++ {
		last = s.make(id, v, fresh)
		s.deliver(last, random.IntN(4) == 0)
		switch random.IntN(4) {
		case 0:
			s.deliver(last, false) // a sender that did not see the answer
		case 1:
			s.deliver(s.make(id, v, copied), false)
		case 2:
			if v > 1 {
				s.deliver(s.make(id, v-1, stale), false)
			}
		}
		if random.IntN(3) > 0 {
			s.rest(title(id, v), random.IntN(2) == 0)
		}
	}
}

// rest waits until a version is public, or the senders stop; an impatient sender waits no longer than a server lives.
func (s *senders) rest(title string, impatient bool) {
	s.mu.Lock()
	death := s.death
	s.mu.Unlock()
	for deaths := 0; ; {
		live, changed := s.w.cms.wasLive(title)
		if live {
			return
		}
		select {
		case <-changed:
		case <-s.ctx.Done():
			return
		case <-death:
			if deaths++; impatient || deaths == 3 {
				return // three deaths in a row may have made it a dead letter
			}
			s.mu.Lock()
			death = s.death
			s.mu.Unlock()
		}
	}
}

// died tells the senders that a server is gone.
func (s *senders) died() {
	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.death)
	s.death = make(chan struct{})
}

// doorsAt tells the senders where to deliver.
func (s *senders) doorsAt(urls ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.doors = urls
}

func title(content string, version int64) string {
	return fmt.Sprintf("%s in version %d", content, version)
}

func (s *senders) make(content string, version int64, k kind) *delivery {
	s.mu.Lock()
	number := len(s.sent)
	s.mu.Unlock()
	doc := stet.Document{Title: title(content, version), Slug: content, Summary: "A text of the process test.",
		Body: stet.Body{Format: "markdown", Text: fmt.Sprintf("Version %d of *%s*.\n\nIt has two paragraphs.\n", version, content)}}
	head := contract.Envelope{EventID: fmt.Sprintf("evt_%s_%d", content, version), Type: stet.PublishRequest, ContentID: content, Version: version,
		OccurredAt: time.Date(2026, 11, 24, 9, 0, int(version), 0, time.UTC), Source: source}
	if k == stale {
		doc.Title = "Never to be seen: " + doc.Title
	}
	body, err := contract.Encode(contract.Wrap(head, doc))
	if err != nil {
		panic(err) // the document is our own
	}
	d := &delivery{id: fmt.Sprintf("msg_%s_%d_%s_%d", content, version, k, number), kind: k, content: content, version: version, body: body}
	s.mu.Lock()
	s.sent = append(s.sent, d)
	s.mu.Unlock()
	return d
}

// deliver tries until there is an answer; twice: from two senders at once.
func (s *senders) deliver(d *delivery, twice bool) {
	var both sync.WaitGroup
	if twice {
		both.Go(func() { s.deliverOnce(d) })
	}
	s.deliverOnce(d)
	both.Wait()
}

// retryAfter is the pause of a sender between two tries.
const retryAfter = 20 * time.Millisecond

func (s *senders) deliverOnce(d *delivery) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for try := 0; ; try++ {
		select {
		case <-timer.C:
		case <-s.w.t.Context().Done():
			return
		}
		s.mu.Lock()
		door := ""
		if len(s.doors) > 0 {
			door = s.doors[try%len(s.doors)]
		}
		s.mu.Unlock()
		if a, ok := s.post(door, d); ok {
			s.mu.Lock()
			d.answers = append(d.answers, a)
			s.served++
			s.mu.Unlock()
			return
		}
		timer.Reset(retryAfter)
	}
}

// post makes one try; no answer, 429 and 5xx are none.
func (s *senders) post(door string, d *delivery) (answer, bool) {
	if door == "" {
		return answer{}, false
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, door+"/v1/sources/"+source+"/events", bytes.NewReader(d.body))
	if err != nil {
		return answer{}, false
	}
	req.Header.Set("Content-Type", contract.MediaJSON)
	contract.SetHeaders(req.Header, s.w.secret, contract.Delivery{ID: d.id, Timestamp: time.Now()}, d.body)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return answer{}, false
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	again := resp.StatusCode == http.StatusTooManyRequests || resp.StatusCode >= 500
	return answer{resp.StatusCode, string(body)}, err == nil && !again
}

// again delivers everything once more.
func (s *senders) again() {
	queue := make(chan *delivery)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for d := range queue {
				s.deliverOnce(d)
			}
		})
	}
	for _, d := range s.sent {
		queue <- d
	}
	close(queue)
	group.Wait()
}
