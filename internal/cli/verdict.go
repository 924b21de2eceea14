package cli

import (
	"fmt"
	"io"
	"strings"

	"stet/internal/client"
)

// shownFindings is how many findings stet status shows; --json has all that the log holds.
const shownFindings = 20

// writeVerdict tells what the gate says of a version, and what its author can do.
func (sh *shell) writeVerdict(w io.Writer, r client.Report) {
	if r.Judged == nil || r.Policy == "pass-all" {
		return
	}
	verdict := sh.color(w, green, "passed")
	if !r.Passed {
		verdict = sh.color(w, red, "failed")
	}
	fmt.Fprintf(w, "\n  %s  %s with score %d of 100 (%d needed) by policy %s\n", sh.color(w, bold, "gate"), verdict, r.Score, r.Threshold, r.Policy)
	fmt.Fprintf(w, "    %-11s %s\n", "scores", scores(r))
	for _, reason := range r.Reasons {
		fmt.Fprintf(w, "    %-11s %s\n", "because", clean(reason))
	}
	for i, f := range r.Findings {
		if i == shownFindings {
			break
		}
		sh.writeGateFinding(w, f)
	}
	if more := len(r.Findings) - shownFindings + r.Omitted; more > 0 && len(r.Findings) > shownFindings || r.Omitted > 0 {
		fmt.Fprintf(w, "    and %d more findings; --json shows those that the log holds\n", max(more, r.Omitted))
	}
	for _, round := range r.Rounds {
		kept := "kept"
		if !round.Kept {
			kept = "not kept"
		}
		fmt.Fprintf(w, "    %-11s by the %s, %s, score %d to %d: %s\n", fmt.Sprintf("round %d", round.Round), round.By, kept, round.ScoreBefore, round.ScoreAfter, clean(round.Why))
	}
	if r.Resubmission != nil {
		fmt.Fprintf(w, "\n    send the next version, or this one once more before %s:\n      %s send --resubmit %s FILE\n", at(r.Resubmission.Until), thisProgram(), r.Resubmission.Token)
	}
}

func (sh *shell) writeGateFinding(w io.Writer, f client.Finding) {
	color, severity := faint, f.Severity
	if f.Severity == "blocker" || f.Severity == "error" {
		color = red
	}
	if f.Waived != nil {
		color, severity = faint, "waived"
	}
	fmt.Fprintf(w, "    %s %s:%d:%d  %s  %s  %s\n", sh.color(w, color, fmt.Sprintf("%-11s", severity)), f.Where.Field, f.Where.Start.Line, f.Where.Start.Column,
		clean(f.Rule), f.Hash, clean(f.Message))
	switch {
	case f.Waived != nil:
		fmt.Fprintf(w, "    %-11s by %s until %s: %s\n", "", clean(f.Waived.By), at(f.Waived.Until), clean(f.Waived.Reason))
	case f.Remedy != "":
		fmt.Fprintf(w, "    %-11s %s\n", "", clean(f.Remedy))
	}
}

func scores(r client.Report) string {
	var parts []string
	for _, c := range r.Categories {
		score := "n/a"
		if c.Score != nil {
			score = fmt.Sprint(*c.Score)
		}
		parts = append(parts, c.Category+" "+score)
	}
	return strings.Join(parts, ", ")
}
