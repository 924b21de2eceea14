package report_test

import (
	"flag"
	"os"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"stet/internal/prose"
	"stet/internal/qa"
	"stet/internal/qa/report"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestTextIsAsDrawn(t *testing.T) {
	for name, width := range map[string]int{"narrow.txt": 60, "wide.txt": 120} {
		run := failing()
		run.Width = width
		got := write(t, report.Text, run)
		if *update {
			if err := os.WriteFile("testdata/"+name, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile("testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestTextHasColourOnlyWhereAsked(t *testing.T) {
	run := failing()
	if out := write(t, report.Text, run); strings.ContainsAny(out, "\x1b\u202e") {
		t.Errorf("the article moves the cursor or turns the text: %q", out)
	}
	run.Color = true
	out := write(t, report.Text, run)
	if !strings.Contains(out, "\x1b[31mfailed\x1b[0m") || strings.Contains(out, "\x1b[2J") {
		t.Errorf("%q", out)
	}
}

// TestMarksStandUnderWhatWasFound: for any line and any place in it, the marks cover exactly the columns of what was
// found, as far as it is seen, and no line is wider than the terminal.
func TestMarksStandUnderWhatWasFound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		before := rapid.StringMatching(`[a-z 漢é]{0,120}`).Draw(t, "before")
		after := rapid.StringMatching(`[a-z 漢é]{0,120}`).Draw(t, "after")
		width := rapid.IntRange(30, 140).Draw(t, "width")
		text := before + "XYZ" + after
		f := qa.Finding{Rule: "VOI-001", Category: qa.Voice, Severity: qa.Error, Message: "m", Text: "XYZ",
			Where: qa.Where{Field: "body", Start: prose.Position{Byte: len(before), Line: 1, Column: 1}, End: prose.Position{Byte: len(before) + 3, Line: 1}}}
		var b strings.Builder
		run := report.Run{Width: width, Entries: []report.Entry{{Report: qa.Report{File: "a.md", Findings: []qa.Finding{f}}, File: text}}}
		if err := report.Write(&b, report.Text, run); err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(b.String(), "\n")
		for i, line := range lines {
			if columns(line) > width {
				t.Fatalf("%d columns: %q", columns(line), line)
			}
			if at := strings.Index(line, "XYZ"); at >= 0 {
				if want := strings.Repeat(" ", columns(line[:at])-strings.Index(line, "|")-1) + "~~~"; lines[i+1][strings.Index(lines[i+1], "|")+1:] != want {
					t.Fatalf("\n%s\n%s", line, lines[i+1])
				}
				return
			}
		}
		t.Fatalf("what was found is not seen:\n%s", b.String())
	})
}

func columns(line string) (n int) {
	for _, c := range line {
		n++
		if c == '漢' {
			n++
		}
	}
	return n
}

func TestMarkdownFitsIntoAComment(t *testing.T) {
	run := failing()
	for range 400 {
		e := run.Entries[0]
		e.Report.Findings = append([]qa.Finding{}, e.Report.Findings...)
		e.Report.Findings[0].Message = strings.Repeat("<b>😀 @ann [x](y) | ", 200)
		run.Entries = append(run.Entries, e)
	}
	out := write(t, report.Markdown, run)
	if n := len(utf16.Encode([]rune(out))); n > 65536 || n < 50000 {
		t.Errorf("the comment has %d characters", n)
	}
	if !strings.HasPrefix(out, report.Marker) || !strings.Contains(out, "left out: the comment would be too long") {
		t.Errorf("begins %q, ends %q", out[:60], out[len(out)-200:])
	}
	if strings.Count(out, "<details>") != strings.Count(out, "</details>") || strings.Contains(out, "@ann") || strings.Contains(out, "<b>") {
		t.Error("a part is cut within, or a text from the article is more than text")
	}
}

func TestMarkdownShowsWhatNeedsAttention(t *testing.T) {
	run := failing()
	run.Entries = append(run.Entries, report.Entry{Report: qa.Report{File: "docs/quiet.md", Passed: true}})
	out := write(t, report.Markdown, run)
	for _, want := range []string{"1 of 4 articles failed", "| **failed** |", "`VOI-002-preferred-term`", "Waived by ann@", "Not counted: 1 known, 1 waived"} {
		if !strings.Contains(out, want) {
			t.Errorf("the comment lacks %q:\n%s", want, out)
		}
	}
	if strings.Contains(out, "quiet.md") {
		t.Error("an article without findings takes place")
	}
}
