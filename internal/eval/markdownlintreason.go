package main

import (
	"regexp"
	"slices"
	"strings"

	"stet/internal/prose"
)

// lintDifference is a line that one of the two reports and the other does not.
type lintDifference struct {
	id      string
	line    int
	missing bool // markdownlint reports it, we do not
	source  []string
	body    *prose.Text
	own     map[string]any
}

// text is the line with those after it up to the next empty one.
func (d lintDifference) text() string {
	from := min(d.line-1, len(d.source))
	to := from
	for to < len(d.source) && (to == from || strings.TrimSpace(d.source[to]) != "") {
		to++
	}
	return strings.Join(d.source[from:to], "\n")
}

// first is the line alone.
func (d lintDifference) first() string { line, _, _ := strings.Cut(d.text(), "\n"); return line }

// lintReason is a difference that is meant: how to know it, and why it is so.
type lintReason struct {
	ids  string
	fits func(d lintDifference) bool
	why  string
}

// lintReasons are all of them; the first that fits counts.
var lintReasons = []lintReason{
	{"MD025 MD051", func(d lintDifference) bool { return strings.Contains(d.text(), "](#tab/") },
		"markdownlint knows DocFX's tabs, which look like headings with links; here a pack for DocFX switches the rule off, or ignores #tab/*."},
	{"MD025", func(d lintDifference) bool { return d.missing && strings.HasPrefix(strings.TrimSpace(d.first()), ">") },
		"A heading within a quotation belongs to the text that is quoted."},
	{"MD025", func(d lintDifference) bool { return !d.missing && strings.Contains(strings.ToLower(d.text()), "<h1") },
		"<h1> is a heading as # is; markdownlint looks at Markdown's own only."},
	{"MD025", func(d lintDifference) bool { return !d.missing && !d.beginsWithTitle() },
		"markdownlint looks for further headings of level 1 only where the text begins with one; to a reader the page has several in either case."},
	{"MD043", func(d lintDifference) bool { return d.line >= len(d.source)-1 },
		"What is missing at the end is reported behind the last line of text, not on the empty line after it."},
	{"MD045", func(d lintDifference) bool { return d.missing && bareAlt.MatchString(d.text()) },
		`alt without a value is alt="" by the HTML standard: a picture that says nothing.`},
	{"MD051", func(d lintDifference) bool { return !d.missing && strings.Contains(strings.ToLower(d.text()), "<a ") },
		"<a href> is a link as [](…) is; markdownlint looks at Markdown's own only."},
	{"MD051", func(d lintDifference) bool {
		return d.missing && defining.MatchString(d.first()) || !d.missing && !strings.Contains(d.text(), "](#")
	}, "A missing fragment is reported where the link stands, not where its address is defined."},
	{"MD051", func(d lintDifference) bool { return d.missing && strings.EqualFold(d.fragment(), "top") },
		"#ToP goes to the top by the HTML standard, whatever its case."},
	{"MD051", func(d lintDifference) bool { _, known := d.body.Anchors[d.fragment()]; return d.missing && known },
		"Fragments as other generators than GitHub make them count, as do name beside id and any {#id} at the end of a heading."},
	{"MD051", func(d lintDifference) bool {
		return !d.missing && slices.ContainsFunc(d.source, func(line string) bool { return strings.Contains(line, "{#"+d.fragment()+"} #") })
	}, "An attribute before the closing marks of a heading is text, as for site generators."},
	{"MD051", func(d lintDifference) bool { return !d.missing && d.own["ignore_case"] == true },
		"There is no setting to ignore the case of fragments: browsers do not."},
	{"MD052", func(d lintDifference) bool { return d.missing && d.own["shortcut_syntax"] == true },
		"[text] alone is text by CommonMark; there is no setting to take it for a link."},
}

var (
	bareAlt  = regexp.MustCompile(`(?is)<img\b[^>]*\salt\s*(?:/?>|\s[^=\s])`)
	defining = regexp.MustCompile(`^\[[^\]]+\]:`)
	linkTo   = regexp.MustCompile(`\]\(#([^)\s]*)`)
)

// fragment is the one that the first link of the line goes to.
func (d lintDifference) fragment() string {
	if m := linkTo.FindStringSubmatch(d.text()); m != nil {
		return m[1]
	}
	return ""
}

// beginsWithTitle reports whether the first thing in the text is a heading of level 1; comments do not count.
func (d lintDifference) beginsWithTitle() bool {
	for _, b := range d.body.Blocks {
		if b.Kind != prose.HTML {
			return b.Kind == prose.Heading && b.Level == 1
		}
	}
	return false
}

// reasons say why the lines of two reports differ; ok is false where one of the lines has no reason.
func reasons(d lintDifference, want, got []int) (list []string, ok bool) {
	for _, line := range slices.Concat(want, got) {
		expected, found := slices.Contains(want, line), slices.Contains(got, line)
		if expected && found {
			continue
		}
		d.line, d.missing = line, expected
		at := slices.IndexFunc(lintReasons, func(r lintReason) bool { return strings.Contains(r.ids, d.id) && r.fits(d) })
		if at < 0 {
			return nil, false
		}
		if !slices.Contains(list, lintReasons[at].why) {
			list = append(list, lintReasons[at].why)
		}
	}
	return list, true
}
