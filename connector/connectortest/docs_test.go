package connectortest_test

import (
	"strings"
	"testing"
	"time"

	"stet/connector"
	"stet/connector/connectortest"
)

func TestUpdatePageKeepsWhatIsNotItsOwn(t *testing.T) {
	day := time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)
	run := func(name, against string, faults int) *connectortest.Report {
		return &connectortest.Report{Name: name, Against: against, Day: day, Faults: faults, Capabilities: connector.Capabilities{Class: connector.AutoSuffix, Horizon: 15 * time.Minute},
			Deviations: []connectortest.Deviation{{Test: "texts/large", Reason: "a | b"}}}
	}
	page := ""
	for _, r := range []*connectortest.Report{run("ghost", "fake", 1), run("drupal", "fake", 2), run("ghost", "Ghost 6", 3), run("ghost", "fake", 4)} {
		page = connectortest.UpdatePage(page, r)
	}
	for _, line := range []string{
		"| ghost | C | - | - | - | refused | - | - | - | - | - | 15m | - |",
		"| drupal | fake | 2026-01-02 | 0 | 2 | 0 | 0 | 0 | 0 | pass |",
		"| ghost | Ghost 6 | 2026-01-02 | 0 | 3 | 0 | 0 | 0 | 0 | pass |",
		"| ghost | fake | 2026-01-02 | 0 | 4 | 0 | 0 | 0 | 0 | pass |",
		"| ghost | `texts/large` | a \\| b |",
	} {
		if strings.Count(page, line+"\n") != 1 {
			t.Errorf("the page has not once %q:\n%s", line, page)
		}
	}
	if again := connectortest.UpdatePage(page, run("ghost", "fake", 4)); again != page {
		t.Errorf("the same run again changes the page:\n%s", again)
	}
}
