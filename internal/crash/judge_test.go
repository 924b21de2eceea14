//go:build unix

package crash_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"stet"
	"stet/connector/wordpress/fake"
	"stet/contract"
)

// evidence is all that the judge is given.
type evidence struct {
	commits     []fake.Commit
	posts       []fake.Post
	titles      map[write]string
	sent        []*delivery
	events      []contract.LogEvent
	waitHorizon bool
}

func (w *world) evidence() evidence {
	return evidence{commits: w.cms.Log(), posts: w.cms.Posts(), titles: w.cms.titles, sent: w.senders.sent, events: w.export(), waitHorizon: w.setup.waitHorizon}
}

// judge asks the binary whether its log is whole (I35) and says what its rows hold (I36), and judges the evidence.
func (w *world) judge() (found []string) {
	if _, err := w.run("events", "verify"); err != nil {
		found = append(found, "I35 "+err.Error())
	}
	if _, err := w.run("events", "rebuild", "--check"); err != nil {
		found = append(found, "I36 "+err.Error())
	}
	e := w.evidence()
	w.report.saw(e)
	return append(found, judge(e)...)
}

// tell reports what was found, not more than can be read, and what the world went through.
func (w *world) tell(found []string) {
	for _, text := range found[:min(len(found), 20)] {
		w.t.Error(text)
	}
	if len(found) > 20 {
		w.t.Errorf("and %d more", len(found)-20)
	}
	w.t.Logf("%v", &w.report)
}

// judge evaluates the invariants of docs/protocol.md 1.8 that can be seen from outside.
func judge(e evidence) (found []string) {
	v := newView(e)
	for _, invariant := range []struct {
		id    string
		check func(*view) []string
	}{
		{"I1", onePublic}, {"I2", newestPublic}, {"I3", noOrphans}, {"I6", intentFirst}, {"I7", intentsResolved}, {"I11", neverBack},
		{"I13", versionsRise}, {"I16", equalAnswers}, {"I17", nothingLost},
	} {
		for _, text := range invariant.check(v) {
			found = append(found, invariant.id+" "+text)
		}
	}
	return found
}

// view is the evidence, sorted.
type view struct {
	evidence
	owner     map[string]string // content id by marker
	byContent map[string][]contract.LogEvent
	states    []state          // after each commit
	newest    map[string]int64 // accepted version by content id
}

// state is a post after a commit.
type state struct {
	fake.Commit
	content string // empty: nobody's
	version int64  // that the title tells
}

func newView(e evidence) *view {
	v := &view{evidence: e, owner: map[string]string{}, byContent: map[string][]contract.LogEvent{}, newest: newestAccepted(e.sent)}
	for w, title := range e.titles {
		v.owner[w.marker], _ = read(title)
	}
	for _, event := range e.events {
		v.byContent[event.ContentID] = append(v.byContent[event.ContentID], event)
	}
	versions := map[int]int64{}
	for _, c := range e.commits {
		if c.Type != "post" {
			continue
		}
		if title, known := e.titles[write{c.Marker, c.Intent}]; known {
			_, versions[c.ID] = read(title)
		}
		v.states = append(v.states, state{c, v.owner[c.Marker], versions[c.ID]})
	}
	return v
}

var readable = regexp.MustCompile(`^(\S+) in version (\d+)$`)

// read finds content and version in a title; one of another form is nobody's.
func read(title string) (content string, version int64) {
	if m := readable.FindStringSubmatch(title); m != nil {
		content = m[1]
		version, _ = strconv.ParseInt(m[2], 10, 64)
	}
	return content, version
}

func data[T any](e contract.LogEvent) (d T) {
	if err := json.Unmarshal(e.Data, &d); err != nil {
		panic(fmt.Sprintf("event %d: %v", e.Seq, err))
	}
	return d
}

// newestAccepted is the highest version of each content that was answered with a 2xx.
func newestAccepted(sent []*delivery) map[string]int64 {
	newest := map[string]int64{}
	for _, d := range sent {
		if d.accepted() {
			newest[d.content] = max(newest[d.content], d.version)
		}
	}
	return newest
}

func (d *delivery) accepted() bool { return len(d.answers) > 0 && d.answers[0].status/100 == 2 }

// onePublic: at every instant at most one public item of a content.
func onePublic(v *view) (found []string) {
	public := map[int]string{} // content by post
	for _, s := range v.states {
		delete(public, s.ID)
		if !s.Public() || s.Op == "delete" {
			continue
		}
		if s.content == "" {
			found = append(found, fmt.Sprintf("post %d is public and nobody's", s.ID))
			continue
		}
		public[s.ID] = s.content
		count := 0
		for _, content := range public {
			if content == s.content {
				count++
			}
		}
		if count > 1 {
			found = append(found, fmt.Sprintf("%d public items of %s after commit %d", count, s.content, s.N))
		}
	}
	return found
}

// newestPublic: at rest exactly the newest accepted version is public, under its slug.
func newestPublic(v *view) (found []string) {
	public := map[string][]fake.Post{}
	for _, p := range v.posts {
		if p.Type == "post" && p.Status == "publish" {
			content, _ := read(p.Title)
			public[content] = append(public[content], p)
		}
	}
	for content, version := range v.newest {
		list := public[content]
		if len(list) != 1 || list[0].Title != title(content, version) || list[0].Slug != content {
			found = append(found, fmt.Sprintf("version %d of %s was accepted, and public is %s", version, content, shown(list)))
		}
	}
	for content, list := range public {
		if v.newest[content] == 0 {
			found = append(found, "nobody sent what is public: "+shown(list))
		}
	}
	return found
}

func shown(posts []fake.Post) string {
	var list []string
	for _, p := range posts {
		list = append(list, fmt.Sprintf("%q at %s (post %d)", p.Title, p.Slug, p.ID))
	}
	return "[" + strings.Join(list, ", ") + "]"
}

// noOrphans: at rest no draft is left that was made for a content.
func noOrphans(v *view) (found []string) {
	for _, p := range v.posts {
		if p.Type == "post" && p.Status != "publish" && p.Status != "trash" {
			found = append(found, fmt.Sprintf("post %d %q is left behind as %s", p.ID, p.Title, p.Status))
		}
	}
	return found
}

// intentFirst: every write carries an intent that was logged before it.
func intentFirst(v *view) (found []string) {
	logged := map[string]contract.LogEvent{}
	for content, events := range v.byContent {
		for _, e := range events {
			if e.Type == stet.IntentLogged {
				logged[content+"/"+data[stet.Intent](e).Intent] = e
			}
		}
	}
	for _, s := range v.states {
		e, ok := logged[s.content+"/"+s.Intent]
		if !ok || e.At.After(s.At) {
			found = append(found, fmt.Sprintf("commit %d (%s of post %d, %s) has no intent before it, it names %q", s.N, s.Op, s.ID, s.content, s.Intent))
		}
	}
	return found
}

// intentsResolved: at rest it is known of every intent what became of it.
func intentsResolved(v *view) (found []string) {
	for content, events := range v.byContent {
		open := map[string]bool{}
		for _, e := range events {
			switch e.Type {
			case stet.IntentLogged:
				open[data[stet.Intent](e).Intent] = true
			case stet.IntentResolved:
				delete(open, data[stet.Resolved](e).Intent)
			}
		}
		for intent := range open {
			found = append(found, fmt.Sprintf("intent %s of %s is open", intent, content))
		}
	}
	return found
}

// neverBack: what the public sees never gets older where older writes are waited out (I11); else, as this CMS cannot
// refuse a late one, each step back is followed by a success that ends it (I12).
func neverBack(v *view) (found []string) {
	public := map[int]int64{}
	for _, s := range v.states {
		if !s.Public() {
			continue
		}
		if s.version < public[s.ID] {
			healed := slices.ContainsFunc(v.byContent[s.content], func(e contract.LogEvent) bool {
				return (e.Type == stet.PublishSucceeded || e.Type == stet.StaleHealed) && !e.At.Before(s.At.Truncate(time.Millisecond))
			})
			if v.waitHorizon || !healed {
				found = append(found, fmt.Sprintf("%s went from version %d back to %d by commit %d", s.content, public[s.ID], s.version, s.N))
			}
		}
		public[s.ID] = s.version
	}
	return found
}

// versionsRise: accepted versions of a content strictly increase, and the log has them in that order.
func versionsRise(v *view) (found []string) {
	for content, events := range v.byContent {
		last := int64(0)
		for _, e := range events {
			if e.Type != stet.PublishRequest {
				continue
			}
			if e.Version <= last {
				found = append(found, fmt.Sprintf("version %d of %s was accepted after %d", e.Version, content, last))
			}
			last = e.Version
		}
	}
	return found
}

// equalAnswers: equal deliveries get equal answers, across restarts and nodes.
func equalAnswers(v *view) (found []string) {
	for _, d := range v.sent {
		for _, a := range d.answers[min(1, len(d.answers)):] {
			if a != d.answers[0] {
				found = append(found, fmt.Sprintf("delivery %s got %v and %v", d.id, d.answers[0], a))
				break
			}
		}
	}
	return found
}

// nothingLost: every delivery was answered as it must be, and what was accepted or refused is in the log.
func nothingLost(v *view) (found []string) {
	logged, versions := map[string]stet.EventType{}, map[string]bool{}
	for content, events := range v.byContent {
		for _, e := range events {
			switch e.Type {
			case stet.PublishRequest:
				logged[data[stet.Incoming](e).Delivery] = e.Type
				versions[title(content, e.Version)] = true
			case stet.StaleRejected, stet.VersionConflict:
				logged[data[stet.Refused](e).Delivery] = e.Type
			}
		}
	}
	for _, d := range v.sent {
		if len(d.answers) == 0 {
			found = append(found, fmt.Sprintf("delivery %s was never answered", d.id))
			continue
		}
		status := d.answers[0].status
		ok := false
		switch {
		case d.kind == fresh:
			ok = status == 202 && logged[d.id] == stet.PublishRequest
		case d.kind == copied:
			ok = status == 200 && versions[title(d.content, d.version)]
		case d.kind == stale:
			ok = status == 409 && logged[d.id] == stet.StaleRejected
		}
		if !ok {
			found = append(found, fmt.Sprintf("delivery %s got %d %s, and the log says %q", d.id, status, d.answers[0].body, logged[d.id]))
		}
	}
	return found
}
