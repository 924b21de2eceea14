package strict_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"stet/internal/policy/strict"
)

type inner struct {
	Name string `yaml:"name"`
}

type look struct {
	Shared string `yaml:"shared"`
}

type outer struct {
	look   `yaml:",inline"`
	Text   string            `yaml:"text"`
	Number int               `yaml:"number"`
	Share  *float64          `yaml:"share"`
	Yes    bool              `yaml:"yes"`
	List   []string          `yaml:"list"`
	Map    map[string]any    `yaml:"map"`
	Words  map[string]string `yaml:"words"`
	Inner  *inner            `yaml:"inner"`
	Day    time.Time         `yaml:"day"`
	Time   time.Duration     `yaml:"time"`
}

func TestDecode(t *testing.T) {
	faults := &strict.Faults{}
	var got outer
	strict.Read("a.yaml", []byte(`
shared: s
text: |
  two
  lines
number: 3
share: 0.5
yes: true
list: [a, "1"]
map: {a: 1, b: [x, 2.5, null], c: {d: false}}
words: {"e-mail": email}
inner: {name: n}
day: 2026-11-24
time: 2s
`), faults).Decode(&got, "the file")
	half := 0.5
	want := outer{look: look{"s"}, Text: "two\nlines\n", Number: 3, Share: &half, Yes: true, List: []string{"a", "1"},
		Map: map[string]any{"a": int64(1), "b": []any{"x", 2.5, nil}, "c": map[string]any{"d": false}}, Words: map[string]string{"e-mail": "email"},
		Inner: &inner{"n"}, Day: time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC), Time: 2 * time.Second}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(outer{}, look{})); diff != "" || faults.Err() != nil {
		t.Errorf("%v\n-want +got\n%s", faults.Err(), diff)
	}
}

func TestDecodeSaysWhatIsWrong(t *testing.T) {
	for text, want := range map[string]string{
		"numbr: 1":             `a.yaml:1:1: the file has no "numbr"; did you mean "number"? allowed are shared, text, number`,
		"x: 1":                 `a.yaml:1:1: the file has no "x"; allowed are`,
		"number: 1.5":          `a.yaml:1:9: number is "1.5"; it must be a whole number`,
		"number: 99999999999":  `number is "99999999999"; it must be a whole number up to 2147483647`,
		"text: [a]":            `a.yaml:1:7: text is a list; it must be a text`,
		"text: 3":              `text is "3"; it must be a text, in quotes where it looks like something else`,
		"text: {a: b}":         `text is a mapping; it must be a text`,
		"yes: maybe":           `yes is "maybe"; it must be true or false`,
		"share: much":          `share is "much"; it must be a number`,
		"share: .nan":          `it must be a number`,
		"list: a":              `a.yaml:1:7: list is "a"; it must be a list: [one, two]`,
		"list:\n- a\n- {b: c}": `a.yaml:3:3: entry 2 of list is a mapping; it must be a text`,
		"inner:\n  nam: x":     `a.yaml:2:3: inner has no "nam"; did you mean "name"?`,
		"words: {a: {b: c}}":   `a is a mapping; it must be a text`,
		"day: 24.11.2026":      `day is "24.11.2026"; it must be a day such as 2026-11-24`,
		"time: long":           `time is "long"; it must be a time such as 500ms, 2s or 1m`,
		"time: -2s":            `it must be a time such as`,
		"map: !!binary x":      `a tag (!!binary) stands here; leave it out`,
		"<<: {a: b}":           `a merge (<<) stands here`,
		"[a, b]":               `a.yaml:1:1: the file is a list; it must be a mapping of names to values`,
		"text: " + strings.Repeat("x", 50) + "\nnumber: " + strings.Repeat("y", 50): `number is "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy…"`,
	} {
		faults := &strict.Faults{}
		strict.Read("a.yaml", []byte(text), faults).Decode(&outer{}, "the file")
		if err := faults.Err(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q:\ngot  %v\nwant %s", text, err, want)
		}
	}
}

func TestFaultsAreToldTenAtATime(t *testing.T) {
	faults := &strict.Faults{}
	strict.Read("a.yaml", []byte("a: 1\nb: 1\nc: 1\nd: 1\ne: 1\nf: 1\ng: 1\nh: 1\ni: 1\nj: 1\nk: 1\nl: 1\n"), faults).Decode(&inner{}, "the file")
	lines := strings.Split(faults.Err().Error(), "\n")
	if len(lines) != 11 || lines[10] != "and 2 more" {
		t.Errorf("%d lines, the last %q", len(lines), lines[len(lines)-1])
	}
}

// FuzzRead: whatever stands in a file, it is read or refused with a place.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{"text: a\nlist: [b]\n", "- a\n- b: c\n", "a: &x [*x]\n", "? a\n: b\n", "a: |\n  b\n c", "{a: [}", "\xff", "a: 'b\n\n\tc'"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		faults := &strict.Faults{}
		node := strict.Read("a.yaml", text, faults)
		node.Decode(&outer{}, "the file")
		if err := faults.Err(); err != nil && !strings.HasPrefix(err.Error(), "a.yaml:") {
			t.Errorf("%q: %v", text, err)
		}
		for _, item := range node.Items() {
			_ = item.Value()
		}
	})
}
