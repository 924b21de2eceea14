//go:build unix

package crash_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"sync"
	"testing"
	"time"

	"stet/connector/wordpress/fake"
	"stet/internal/httpclient"
)

// cms is a fake WordPress in this process, which outlives the servers that are killed. Its log is what the judge
// believes; a trap in it ends a server at a chosen moment of a call.
type cms struct {
	*fake.Server
	url string

	mu      sync.Mutex
	titles  map[write]string // what each write was to make public: the log holds only hashes
	live    map[string]bool  // titles that are or were public
	trap    *trap
	changed chan struct{} // closed at the next commit
}

// write names one announced write: intents are numbered for each publication, and a marker is one of these.
type write struct{ marker, intent string }

// moment is a place in the way of a call through the CMS.
type moment string

const (
	arrived    moment = "arrived"     // any call has arrived and nothing was done
	checked    moment = "checked"     // a write was found right, and its row is not stored yet
	committed  moment = "committed"   // K4: stored, and nothing was answered
	lateCreate moment = "late create" // as checked, of a create, which is stored when another server has made its own
	lateUpdate moment = "late update" // as checked, of an update, which is stored when another server has made its own
)

// trap does something at the n-th time that a moment is passed, in the goroutine of the call.
type trap struct {
	at moment
	n  int
	do func(fake.Commit) // the write; zero at arrived
}

// holdFor bounds how long a late write is held back: less than the horizon of the target.
const holdFor = 5 * time.Second

func newCMS(t *testing.T) *cms {
	c := &cms{titles: map[write]string{}, live: map[string]bool{}, changed: make(chan struct{})}
	c.Server = fake.New(fake.Options{
		BeforeCommit: func(write fake.Commit) {
			c.pass(checked, write)
			if write.Op == "create" && c.pass(lateCreate, write) || write.Op == "update" && c.pass(lateUpdate, write) {
				c.overtaken(write)
			}
		},
		AfterCommit: func(commit fake.Commit) { c.saw(commit); c.pass(committed, commit) },
	})
	server := httptest.NewServer(c)
	t.Cleanup(server.Close)
	c.url = server.URL
	return c
}

// ServeHTTP notes what a write is about and hands it on.
func (c *cms) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the server was killed while it wrote: nothing arrived
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	c.note(r, body)
	c.pass(arrived, fake.Commit{})
	c.Server.ServeHTTP(w, r)
}

// marker finds what a post is known by: one text in the slug of a draft, another in the content.
var marker = regexp.MustCompile(`stet[:-]([a-z2-7]{26})`)

func (c *cms) note(r *http.Request, body []byte) {
	var post struct{ Title json.RawMessage }
	if r.Method != http.MethodPost || json.Unmarshal(body, &post) != nil {
		return
	}
	var title string
	if json.Unmarshal(post.Title, &title) != nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, found := range marker.FindAllSubmatch(body, -1) {
		c.titles[write{string(found[1]), r.Header.Get(httpclient.IntentHeader)}] = title
	}
}

// saw remembers what became public, and wakes those who wait for a commit.
func (c *cms) saw(commit fake.Commit) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if title, known := c.titles[write{commit.Marker, commit.Intent}]; known && commit.Public() {
		c.live[title] = true
	}
	close(c.changed)
	c.changed = make(chan struct{})
}

// wasLive reports whether a title was ever public, and gives a channel that is closed when more is known.
func (c *cms) wasLive(title string) (bool, <-chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.live[title], c.changed
}

// set replaces the trap; nil: none.
func (c *cms) set(t *trap) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.trap = t
}

// pass springs the trap when it is set for this moment and its time has come.
func (c *cms) pass(at moment, write fake.Commit) bool {
	c.mu.Lock()
	t := c.trap
	if t == nil || t.at != at {
		c.mu.Unlock()
		return false
	}
	if t.n--; t.n > 0 {
		c.mu.Unlock()
		return false
	}
	c.trap = nil
	c.mu.Unlock()
	t.do(write)
	return true
}

// overtaken waits until another write to the same content is stored, but no longer than holdFor.
func (c *cms) overtaken(held fake.Commit) {
	timeout := time.NewTimer(holdFor)
	defer timeout.Stop()
	for seen := len(c.Log()); ; {
		c.mu.Lock()
		changed := c.changed
		c.mu.Unlock()
		for _, other := range c.Log()[seen:] {
			if other.Type == held.Type && other.Marker == held.Marker && other.Op == held.Op {
				return
			}
		}
		select {
		case <-changed:
		case <-timeout.C:
			return
		}
	}
}
