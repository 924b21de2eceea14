package connectortest

import (
	"regexp"
	"sync"
	"time"
)

// Fault is one way in which a call can go wrong; the letters are the rows of docs/protocol.md, 1.9.
type Fault string

const (
	None          Fault = ""
	Refuse        Fault = "refuse"         // F1: no connection
	CutBefore     Fault = "cut_before"     // F2: reset before the request reached the server
	CutAfter      Fault = "cut_after"      // F3: reset after the server committed, before its answer
	Late          Fault = "late"           // F4: given up by the caller, reaches the server minutes later
	Throttle      Fault = "throttle"       // F5: 429 with Retry-After
	ErrorBefore   Fault = "error_before"   // F6: 500, and nothing happened
	GatewayBefore Fault = "gateway_before" // F6: 502 from a proxy, and nothing happened
	ErrorAfter    Fault = "error_after"    // F7: 500 after the commit
	GatewayAfter  Fault = "gateway_after"  // F7: 502 from a proxy after the commit
	ErrorBody     Fault = "error_body"     // F8: 200 with an error for a body, and nothing happened
	Truncate      Fault = "truncate"       // F9: the answer breaks off in the middle
	Twice         Fault = "twice"          // F10: delivered twice; the second answer is given
	Hang          Fault = "hang"           // F12: no answer at all, and nothing happened

	freeze Fault = "freeze" // held back until released, then carried out and answered: a worker that sleeps
)

// Faults are all of them, in the order of the matrix.
func Faults() []Fault {
	return []Fault{Refuse, CutBefore, CutAfter, Late, Throttle, ErrorBefore, GatewayBefore, ErrorAfter, GatewayAfter, ErrorBody, Truncate, Twice, Hang}
}

// retryAfter is what a throttled caller is told.
const retryAfter = 30 * time.Second

// Exchange is one request and its answer; at a connector without HTTP, one call of a method.
type Exchange struct {
	N      int // counted from 0 since the last script
	At     time.Time
	Op     string // the connector's method that sends it: "create"
	Method string // of HTTP
	Path   string
	Fault  Fault
	Status int // that the CMS answered; 0: it was not asked, or HTTP is not spoken
}

// Rule strikes at the nth request (from 1; 0: each) of a method and a path. Empty fields match all.
type Rule struct {
	Method string
	Path   *regexp.Regexp
	Nth    int
	Fault  Fault
}

// Rules makes a hook of rules; the first that matches counts. Refuse needs a script: a hook sees a request when it has
// arrived, and resets it then.
func Rules(rules ...Rule) func(Exchange) Fault {
	seen := make([]int, len(rules))
	return func(x Exchange) Fault {
		for i, r := range rules {
			if r.Method != "" && r.Method != x.Method || r.Path != nil && !r.Path.MatchString(x.Path) {
				continue
			}
			if seen[i]++; r.Nth == 0 || seen[i] == r.Nth {
				return r.Fault
			}
		}
		return None
	}
}

// line is the way between a connector and its CMS: it decides what goes wrong, and remembers it.
type line struct {
	now  func() time.Time
	tell func() // called when the caller must give up: its time is over

	mu      sync.Mutex
	op      string
	n       int
	script  map[int]Fault
	hook    func(Exchange) Fault
	log     []Exchange
	held    []held
	blocked chan struct{} // gets a value when a request is frozen
	thaw    chan struct{}
}

// held is a request on its way that nobody waits for any more.
type held struct {
	at      time.Time
	deliver func()
}

func newLine(now func() time.Time) *line {
	return &line{now: now, tell: func() {}, blocked: make(chan struct{}, 8), thaw: make(chan struct{})}
}

// play begins a new count, with faults at given exchanges.
func (l *line) play(script map[int]Fault, hook func(Exchange) Fault) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.n, l.script, l.hook, l.log = 0, script, hook, nil
}

// refusesNext reports whether the next exchange must find no connection.
func (l *line) refusesNext() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.script[l.n] == Refuse
}

// begin counts an exchange and decides about it.
func (l *line) begin(method, path string) (int, Exchange) {
	l.mu.Lock()
	defer l.mu.Unlock()
	x := Exchange{N: l.n, At: l.now(), Op: l.op, Method: method, Path: path, Fault: l.script[l.n]}
	if x.Fault == None && l.hook != nil {
		x.Fault = l.hook(x)
	}
	l.n++
	l.log = append(l.log, x)
	return len(l.log) - 1, x
}

func (l *line) answered(i, status int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if i < len(l.log) {
		l.log[i].Status = status
	}
}

// hold keeps a request for later.
func (l *line) hold(deliver func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.held = append(l.held, held{l.now(), deliver})
}

// oldest is when the first held request was sent.
func (l *line) oldest() (time.Time, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.held) == 0 {
		return time.Time{}, false
	}
	return l.held[0].at, true
}

// release delivers what is held, in order.
func (l *line) release() {
	l.mu.Lock()
	all := l.held
	l.held = nil
	l.mu.Unlock()
	for _, h := range all {
		h.deliver()
	}
}

// sleep blocks a frozen exchange until wake.
func (l *line) sleep() {
	l.mu.Lock()
	thaw := l.thaw
	l.mu.Unlock()
	l.blocked <- struct{}{}
	<-thaw
}

func (l *line) wake() {
	l.mu.Lock()
	defer l.mu.Unlock()
	close(l.thaw)
	l.thaw = make(chan struct{})
}

func (l *line) entries() []Exchange {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]Exchange(nil), l.log...)
}

func (l *line) setOp(op string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.op = op
}
