package page_test

import (
	"strings"
	"testing"

	"stet"
)

func words(n int) string { return strings.TrimSpace(strings.Repeat("word ", n)) }

var titled = stet.Document{Title: "The title"}

func TestHeadings(t *testing.T) {
	run(t, []example{
		{name: "none besides the title", kind: "structure", keys: "check: single-h1", doc: titled, body: "Text.\n\n## Two\n"},
		{name: "one besides the title", kind: "structure", keys: "check: single-h1", doc: titled, body: "# One\n\n## Two\n\n# Three\n\n### Four\n",
			want:  []string{"1:1 “One” is a heading of level 1, as the title “The title” is already.", "5:1 “Three” is a heading of level 1, as the title “The title” is already."},
			fixed: "## One\n\n### Two\n\n## Three\n\n#### Four\n"},
		{name: "the title again", kind: "structure", keys: "check: single-h1", doc: titled, body: "The *title*!\n===\n", want: []string{"1:1 The heading “The title!” says the title once more."}},
		{name: "underlined heading is not changed", kind: "structure", keys: "check: single-h1", doc: titled, body: "One\n===\n",
			want: []string{"1:1 “One” is a heading of level 1, as the title “The title” is already."}},
		{name: "level 6 cannot go down", kind: "structure", keys: "check: single-h1", doc: titled, body: "# One\n\n###### Six\n",
			want: []string{"1:1 “One” is a heading of level 1, as the title “The title” is already."}},
		{name: "title is not shown", kind: "structure", keys: "check: single-h1\ntitle_is_h1: false", doc: titled, body: "# One\n\n# Two\n",
			want: []string{"3:1 “Two” is another heading of level 1."}, fixed: "# One\n\n## Two\n"},
		{name: "no heading of level 1 at all", kind: "structure", keys: "check: single-h1\ntitle_is_h1: false", doc: titled, body: "## Two\n",
			want: []string{"1:1 The page has no heading of level 1."}},
		{name: "no title", kind: "structure", keys: "check: single-h1", body: "# One\n"},
		{name: "no headings", kind: "structure", keys: "check: single-h1", doc: titled, body: "Text.\n", idle: true},
		{name: "in a quote", kind: "structure", keys: "check: single-h1", doc: titled, body: "> # One\n\n## Two\n"},

		{name: "in order", kind: "structure", keys: "check: heading-skip", doc: titled, body: "## Two\n\n### Three\n\n## Two\n"},
		{name: "first too deep", kind: "structure", keys: "check: heading-skip", doc: titled, body: "### Three\n\n#### Four\n\n## Two\n",
			want: []string{"1:1 “Three” is a heading of level 3 after one of level 1."}, fixed: "## Three\n\n### Four\n\n## Two\n", maybe: true},
		{name: "too deep", kind: "structure", keys: "check: heading-skip", doc: titled, body: "## Two\n\n#### Four\n\n##### Five\n\n#### Four\n\n## Two\n",
			want: []string{"3:1 “Four” is a heading of level 4 after one of level 2."}, fixed: "## Two\n\n### Four\n\n#### Five\n\n### Four\n\n## Two\n"},
		{name: "parent comes later", kind: "structure", keys: "check: heading-skip", doc: titled, body: "## Two\n\n##### Five\n\n### Three\n",
			want: []string{"3:1 “Five” is a heading of level 5 after one of level 2."}, fixed: "## Two\n\n### Five\n\n### Three\n", maybe: true},
		{name: "any first level without a title", kind: "structure", keys: "check: heading-skip", body: "### Three\n\n#### Four\n"},
		{name: "no headings", kind: "structure", keys: "check: heading-skip", doc: titled, body: "Text.\n", idle: true},

		{name: "long", kind: "structure", keys: "check: heading-length\nmax: 5", body: "# Short\n\n## *Five*é\n\n## Fünf!\n"},
		{name: "longer", kind: "structure", keys: "check: heading-length\nmax: 4", body: "# Fünf!\n", want: []string{"1:1 The heading has 5 characters; at most 4 are read at a glance."}},
		{name: "none", kind: "structure", keys: "check: heading-length", body: "Text.\n", idle: true},

		{name: "nothing below", kind: "structure", keys: "check: empty-section", body: "# One\n\n## Two\n\n## Three\n\n<!-- note -->\n\n## Four\n\n![p](p.png)\n\n## Five\n\n```\nx\n```\n\n## Six\n",
			want: []string{"3:1 Nothing stands below the heading “Two”.", "5:1 Nothing stands below the heading “Three”.", "19:1 Nothing stands below the heading “Six”."}},
		{name: "no headings", kind: "structure", keys: "check: empty-section", body: "Text.\n", idle: true},

		{name: "no question", kind: "structure", keys: "check: question-headings\nfrom: 2", body: "## One\n\n## Two\n", want: []string{"1:1 0 of 2 headings ask a question; at least 1 should."}},
		{name: "a question", kind: "structure", keys: "check: question-headings\nfrom: 2", body: "## One\n\n## “Why?”\n"},
		{name: "few headings", kind: "structure", keys: "check: question-headings\nfrom: 3", body: "## One\n\n## Two\n", idle: true},
	})
}

func TestRequiredSections(t *testing.T) {
	const keys = "check: required-section\nheadings: ['## Usage|How to use it', Licence]"
	run(t, []example{
		{name: "all there", kind: "structure", keys: keys, body: "# T\n\n## USAGE\n\n### More\n\n## Licence\n"},
		{name: "alternative", kind: "structure", keys: keys, body: "## How to use it\n\n# Licence\n"},
		{name: "wrong level", kind: "structure", keys: keys, body: "### Usage\n\n## Licence\n", want: []string{"3:11 The section “## Usage|How to use it” is missing."}},
		{name: "wrong order", kind: "structure", keys: keys, body: "## Licence\n\n## Usage\n", want: []string{"3:9 The section “Licence” is missing."}},
		{name: "case matters", kind: "structure", keys: keys + "\nmatch_case: true", body: "## usage\n\n## Licence\n", want: []string{"3:11 The section “## Usage|How to use it” is missing."}},
		{name: "exact", kind: "structure", keys: keys + "\nexact: true", body: "## Usage\n\n## Other\n\n## Licence\n", want: []string{"3:1 The heading “Other” stands where “Licence” has to be."}},
		{name: "one too many", kind: "structure", keys: keys + "\nexact: true", body: "## Usage\n\n## Licence\n\n## Other\n",
			want: []string{"5:1 The heading “Other” is not one of those that the article has to have."}},
		{name: "wild cards", kind: "structure", keys: "check: required-section\nexact: true\nheadings: ['?', '*', Middle, '+', End]", body: "# a\n\n# b\n\n# Middle\n\n# c\n\n# d\n\n# End\n"},
		{name: "one or more", kind: "structure", keys: "check: required-section\nexact: true\nheadings: [Start, '+']", body: "# Start\n", want: []string{"1:8 The section “another section” is missing."}},
	})
}

func TestLengths(t *testing.T) {
	run(t, []example{
		{name: "long sections", kind: "structure", keys: "check: section-length\nmax: 3", body: "# T\n\n" + words(4) + "\n\n## S\n\n" + words(3) + "\n",
			want: []string{"1:1 The section “T” has 4 words without a heading among them; at most 3 are easy to find one's way in."}},
		{name: "before the first heading", kind: "structure", keys: "check: section-length\nmax: 3", body: "<!-- x -->\n\n" + words(4) + "\n",
			want: []string{"3:1 The text begins with 4 words without a heading; at most 3 are easy to find one's way in."}},
		{name: "no words", kind: "structure", keys: "check: section-length", body: "```\nx\n```\n", idle: true},
		{name: "short article", kind: "structure", keys: "check: article-length\nmin: 5", body: words(4), want: []string{"1:1 The article has 4 words; at least 5 are wanted."}},
		{name: "long article", kind: "structure", keys: "check: article-length\nmin: 1\nmax: 3", body: words(4), want: []string{"1:1 The article has 4 words; at most 3 are wanted."}},
		{name: "no upper limit", kind: "structure", keys: "check: article-length", body: words(4000)},
		{name: "long paragraphs", kind: "structure", keys: "check: paragraph-length\nmax: 3", body: "# a b c d\n\n" + words(4) + "\n\n- " + words(4) + "\n- x\n\n> " + words(3) + "\n",
			want: []string{"3:1 The paragraph has 4 words; at most 3 are read in one go.", "5:3 The paragraph has 4 words; at most 3 are read in one go."}},
		{name: "no paragraphs", kind: "structure", keys: "check: paragraph-length", body: "# a\n", idle: true},
		{name: "chunks", kind: "structure", keys: "check: chunk-size\nmin: 2\nmax: 3", body: "one\n\n## A\n\none\n\n## B\n\n" + words(4) + "\n\n## C\n\none\n\n### D\n\none\n\n```\nx\n```\n",
			want: []string{"3:1 The section “A” has 1 word; fewer than 2 say little when they are read alone.", "7:1 The section “B” has 4 words; more than 3 are about more than one thing."}},
		{name: "no sections", kind: "structure", keys: "check: chunk-size", body: "one\n", idle: true},
	})
}

func TestAnswerFirst(t *testing.T) {
	doc := stet.Document{Title: "How to Publish Articles"}
	const keys = "check: answer-first\nmin: 3\nmax: 8"
	run(t, []example{
		{name: "an answer", kind: "structure", keys: keys, doc: doc, body: "# How to Publish Articles\n\nTo publish an article, push it.\n\n## More\n"},
		{name: "a form of a word", kind: "structure", keys: keys, doc: doc, body: "![p](p.png)\n\nPublishing needs a push.\n"},
		{name: "after a heading", kind: "structure", keys: keys, doc: doc, body: "## Introduction\n\nTo publish an article, push it.\n", want: []string{"3:1 The text begins with a heading, not with the answer."}},
		{name: "about something else", kind: "structure", keys: keys, doc: doc, body: "Welcome back to our blog!\n", want: []string{"1:1 The first paragraph has no word of the title “How to Publish Articles”."}},
		{name: "too short", kind: "structure", keys: keys, doc: doc, body: "Publish it.\n", want: []string{"1:1 The first paragraph has 2 words; fewer than 3 answer little."}},
		{name: "too long", kind: "structure", keys: keys, doc: doc, body: "Publish " + words(8) + "\n", want: []string{"1:1 The first paragraph has 9 words; an answer is read to the end with at most 8."}},
		{name: "no paragraph", kind: "structure", keys: keys, doc: doc, body: "- a\n", idle: true},
	})
}

func TestTablesAndLists(t *testing.T) {
	run(t, []example{
		{name: "no header", kind: "structure", keys: "check: table-header", body: "| | |\n|-|-|\n| a | b |\n", want: []string{"1:1 The table of 2 columns and 1 row has no header."}},
		{name: "a header", kind: "structure", keys: "check: table-header", body: "| A | |\n|-|-|\n| a | b |\n"},
		{name: "HTML", kind: "structure", keys: "check: table-header", html: "<table><tr><td>a</table>", want: []string{"1:1 The table of 1 column and 1 row has no header."}},
		{name: "no table", kind: "structure", keys: "check: table-header", body: "a\n", idle: true},
		{name: "one item", kind: "structure", keys: "check: list-shape", body: "- a\n", want: []string{"1:1 The list has 1 item; fewer than 2 are no list."}},
		{name: "one item below another", kind: "structure", keys: "check: list-shape", body: "- a\n  - b\n- c\n"},
		{name: "many items", kind: "structure", keys: "check: list-shape\nmax: 2", body: "- a\n- b\n- c\n", want: []string{"1:1 The list has 3 items; at most 2 can be taken in."}},
		{name: "deep", kind: "structure", keys: "check: list-shape\ndepth: 1\nmin: 0", body: "- a\n  - b\n", want: []string{"2:3 The list is 2 levels deep; at most 1 can be followed."}},
		{name: "no list", kind: "structure", keys: "check: list-shape", body: "a\n", idle: true},
		{name: "comparison without a table", kind: "structure", keys: "check: table-for-comparison", body: "## Go vs. Rust\n\nText.\n\n## Other\n\n| A |\n|-|\n| b |\n",
			want: []string{"1:1 The section “Go vs. Rust” compares without a table."}},
		{name: "comparison with a table below", kind: "structure", keys: "check: table-for-comparison", body: "## Go vs. Rust\n\n### Speed\n\n| A |\n|-|\n| b |\n"},
		{name: "no comparison", kind: "structure", keys: "check: table-for-comparison", body: "## Go\n", idle: true},
	})
}
