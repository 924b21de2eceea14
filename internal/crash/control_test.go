//go:build unix

package crash_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"stet"
	"stet/connector/wordpress/fake"
	"stet/contract"
)

// doctored shows that the judge can see: it takes the evidence of a day without a fault and forges it, one fault at a
// time.
func doctored(t *testing.T, good evidence) {
	last := len(good.commits) - 1
	for good.commits[last].Type != "post" || !good.commits[last].Public() {
		last--
	}
	victim := good.commits[last]
	post := slices.IndexFunc(good.posts, func(p fake.Post) bool { return p.ID == victim.ID })
	twice := slices.IndexFunc(good.sent, func(d *delivery) bool { return len(d.answers) > 1 && d.kind == fresh })
	intent := slices.IndexFunc(good.events, func(e contract.LogEvent) bool {
		return e.Type == stet.IntentLogged && data[stet.Intent](e).Intent == victim.Intent && good.titles[write{victim.Marker, victim.Intent}] == title(e.ContentID, e.Version)
	})
	request := slices.IndexFunc(good.events, func(e contract.LogEvent) bool { return e.Type == stet.PublishRequest })
	older := write{victim.Marker, "forged"}
	content, version := read(good.titles[write{victim.Marker, victim.Intent}])
	for name, c := range map[string]struct {
		want  string
		forge func(e *evidence)
	}{
		"a second public item": {"I1 ", func(e *evidence) { other := victim; other.ID = 1e6; e.commits = append(e.commits, other) }},
		"a public item of nobody": {"I1 ", func(e *evidence) {
			other := victim
			other.ID, other.Marker = 1e6, ""
			e.commits = append(e.commits, other)
		}},
		"an older version at rest": {"I2 ", func(e *evidence) { e.posts[post].Title = title(content, version-1) }},
		"two public items at rest": {"I2 ", func(e *evidence) { e.posts = append(e.posts, e.posts[post]) }},
		"nothing public at rest":   {"I2 ", func(e *evidence) { e.posts = slices.Delete(e.posts, post, post+1) }},
		"another slug":             {"I2 ", func(e *evidence) { e.posts[post].Slug += "-2" }},
		"an orphan draft": {"I3 ", func(e *evidence) {
			other := e.posts[post]
			other.ID, other.Status = 1e6, "draft"
			e.posts = append(e.posts, other)
		}},
		"a write without intent":    {"I6 ", func(e *evidence) { e.commits[last].Intent = "" }},
		"an intent after its write": {"I6 ", func(e *evidence) { e.events[intent].At = victim.At.Add(1e9) }},
		"an intent left open": {"I7 ", func(e *evidence) {
			e.events = slices.DeleteFunc(e.events, func(o contract.LogEvent) bool {
				return o.Type == stet.IntentResolved && o.ContentID == content && data[stet.Resolved](o).Intent == victim.Intent
			})
		}},
		"a step back": {"I11 ", func(e *evidence) {
			other := victim
			other.Intent, other.At = older.intent, other.At.Add(1e12)
			e.titles[older] = title(content, 0)
			e.commits = append(e.commits, other)
		}},
		"a version accepted twice": {"I13 ", func(e *evidence) { e.events = slices.Insert(e.events, request, e.events[request]) }},
		"another answer": {"I16 ", func(e *evidence) {
			other := *e.sent[twice]
			other.answers = []answer{other.answers[0], {202, "{}"}}
			e.sent[twice] = &other
		}},
		"a delivery that is not in the log": {"I17 ", func(e *evidence) { e.events = slices.Delete(e.events, request, request+1) }},
		"a delivery without an answer":      {"I17 ", func(e *evidence) { other := *e.sent[twice]; other.answers = nil; e.sent[twice] = &other }},
	} {
		t.Run(name, func(t *testing.T) {
			e := good
			e.commits, e.posts, e.sent, e.events = slices.Clone(e.commits), slices.Clone(e.posts), slices.Clone(e.sent), slices.Clone(e.events)
			e.titles = maps.Clone(e.titles)
			c.forge(&e)
			found := judge(e)
			if !slices.ContainsFunc(found, func(text string) bool { return strings.HasPrefix(text, c.want) }) {
				t.Errorf("the judge does not see it, %s was to be found; it found %q", c.want, found)
			}
		})
	}
}
