package connectortest

import (
	"cmp"
	"crypto/rand"
	"encoding/hex"
	"slices"
	"strings"
	"sync"
	"time"

	"stet/connector"
)

// suite is one run against one CMS.
type suite struct {
	cfg    Config
	caps   connector.Capabilities
	report *Report
	mark   string // of this run: no other has made items with it
	calls  int    // of the matrix, for Config.Sparse
	wall   *wall  // with Config.Pictures

	mu      sync.Mutex
	pieces  map[string]*piece
	heard   []string // errors, events and log lines
	secrets map[string]bool
}

// check is one test of the suite.
type check struct {
	name string
	not  string // why the connector's capabilities do not ask for it; empty: they do
	run  func(*suite, T)
}

func newSuite(cfg Config) *suite {
	cfg.Name = cmp.Or(cfg.Name, cfg.Spec.Kind)
	var mark [3]byte
	_, _ = rand.Read(mark[:]) // never fails
	s := &suite{cfg: cfg, mark: "x" + hex.EncodeToString(mark[:]), secrets: map[string]bool{}, pieces: map[string]*piece{}}
	s.report = &Report{Name: cfg.Name, Against: cfg.Against, Day: time.Now().UTC(), Deviations: cfg.Deviations, ByFault: map[Fault]int{}}
	return s
}

// run runs every test, in order.
func (s *suite) run(t T, sub func(string, func(T)), only ...string) {
	s.caps = s.cfg.Open(t, At{BaseURL: s.cfg.Target}).Capabilities()
	s.report.Capabilities = s.caps
	if s.cfg.Pictures {
		s.wall = s.hang()
		t.Cleanup(s.wall.Close)
	}
	for _, c := range s.checks() {
		if len(only) > 0 && !slices.Contains(only, c.name) {
			continue
		}
		sub(c.name, func(t T) {
			if reason := s.excuse(c.name); reason != "" {
				s.report.Skipped = append(s.report.Skipped, c.name)
				t.Skipf("deviation: %s", reason)
			}
			if c.not != "" {
				t.Skipf("not declared: %s", c.not)
			}
			t.Cleanup(func() { s.report.count(c.name, t.Failed()) })
			c.run(s, t)
		})
	}
}

// excuse is the reason of the deviation that covers a test or its group.
func (s *suite) excuse(name string) string {
	for _, d := range s.cfg.Deviations {
		if d.Test == name || strings.HasPrefix(name, d.Test+"/") {
			return d.Reason
		}
	}
	return ""
}

// unless is the reason to leave a test out where a capability is not declared.
func unless(declared bool, reason string) string {
	if declared {
		return ""
	}
	return reason
}

func (s *suite) checks() []check {
	speaksHTTP := unless(s.cfg.Target != "", "the connector does not speak HTTP")
	list := []check{
		{"capabilities", "", (*suite).abilities},
		{"find_unknown", "", (*suite).findUnknown},
		{"read_unknown", "", (*suite).readUnknown},
		{"put_twice", "", (*suite).putTwice},
		{"deliver_twice", "", (*suite).deliverTwice},
		{"stale_version", "", (*suite).staleVersion},
		{"rollback", "", (*suite).rollback},
		{"lost_answer", "", (*suite).lostAnswer},
		{"stale_write_refused", unless(s.caps.Upsert, "Upsert"), (*suite).staleWrite},
		{"locking", unless(s.caps.Locking && !s.caps.Upsert, "Locking"), (*suite).locking},
		{"slug_taken", "", (*suite).slugTaken},
		{"person/edit", "", (*suite).personEdits},
		{"person/trash", "", (*suite).personTrashes},
		{"person/delete", "", (*suite).personDeletes},
		{"person/duplicate", "", (*suite).personDuplicates},
		{"trash_foreign", unless(s.caps.Trash, "Trash"), (*suite).trashForeign},
		{"too_large", unless(s.caps.MaxBody > 0, "MaxBody"), (*suite).tooLarge},
		{"throttled", speaksHTTP, (*suite).throttled},
		{"cancelled", "", (*suite).cancelled},
		{"hanging", speaksHTTP, (*suite).hanging},
		{"credentials", unless(s.hasSecrets(), "a secret option"), (*suite).credentials},
		{"race/two_calls", "", (*suite).twoCalls},
		{"race/sleeper", "", (*suite).sleepers},
		{"race/sleeper_newer", "", (*suite).overtakenSleepers},
	}
	pictures := unless(s.cfg.Pictures, "Config.Pictures")
	list = append(list,
		check{"pictures/shared", pictures, (*suite).sharedPictures},
		check{"pictures/pinned", pictures, (*suite).pinnedPicture},
		check{"faults/pictures", pictures, illustrated().matrix},
		check{"faults/other_pictures", pictures, reillustrated().matrix})
	for _, n := range nasties() {
		list = append(list, check{"texts/" + n.name, "", n.check})
	}
	for _, o := range operations() {
		list = append(list, check{"faults/" + o.name, o.not(s.caps), o.matrix})
	}
	return append(list,
		check{"faults/overtaken", unless(s.caps.Horizon > 0, "Horizon"), (*suite).overtaken},
		check{"faults/many", "", (*suite).many},
		check{"secrets", unless(s.hasSecrets(), "a secret option"), (*suite).noSecrets})
}

func (s *suite) hasSecrets() bool {
	return slices.ContainsFunc(s.cfg.Spec.Options, func(o connector.Option) bool { return o.Secret })
}

func (s *suite) hear(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.heard = append(s.heard, text)
}

// secret adds what the connector was seen to send as its credentials.
func (s *suite) secret(headers []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, h := range headers {
		if _, value, found := strings.Cut(h, " "); found && len(value) > 7 {
			s.secrets[value] = true
		}
	}
}

// noSecrets looks for credentials in everything that was said while the other tests ran.
func (s *suite) noSecrets(t T) {
	if len(s.heard) == 0 {
		t.Fatalf("nothing was heard: this test needs those before it")
	}
	if len(s.cfg.Secrets) == 0 {
		t.Errorf("Config.Secrets is empty, but the connector has secret options")
	}
	for _, secret := range s.cfg.Secrets {
		s.secrets[secret] = true
	}
	for secret := range s.secrets {
		for _, text := range s.heard {
			if at := strings.Index(text, secret); at >= 0 {
				t.Errorf("a credential is told: ...%s(secret)...", text[max(0, at-300):at])
				break
			}
		}
	}
}
