package policy_test

import (
	"strings"
	"testing"

	"stet/internal/policy"
)

// What the gate takes for no text is judged where a page would show it, or said.
func TestNothingHidesFromTheGate(t *testing.T) {
	pack, err := policy.Shipped("default")
	if err != nil {
		t.Fatal(err)
	}
	report := pack.Judge(t.Context(), text(t, "---\nnote: lorem ipsum dolor\n---\n\nA text that is shown.\n"))
	if report.Passed || len(report.Findings) == 0 {
		t.Errorf("what looks like front matter in a body was not judged: %+v", report.Findings)
	}
	for body, want := range map[string]string{
		"A tag {{< note \"lorem ipsum\" >}} here.\n":                                        "Tags of site generators ({{…}}, {%…%}) were taken for no text.",
		"A text.\n\n<div class=\"a\"><p>lorem ipsum</p></div>\n":                            "Words inside raw HTML in Markdown were not judged.",
		"A text.\n\n<script type=\"application/ld+json\">{\"a\": \"b\"}</script>\n\n<hr>\n": "",
	} {
		unchecked := strings.Join(pack.Judge(t.Context(), text(t, body)).Unchecked, "\n")
		if want != "" && !strings.Contains(unchecked, want) || want == "" && strings.Contains(unchecked, "raw HTML") {
			t.Errorf("%q: unchecked: %s", body, unchecked)
		}
	}
}
