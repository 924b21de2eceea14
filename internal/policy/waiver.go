package policy

import (
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"time"

	"stet/internal/policy/strict"
	"stet/internal/qa"
)

// entry is a waiver as waivers.yaml has it. It holds through the day of until.
type entry struct {
	Rule   string    `yaml:"rule"`
	Hash   string    `yaml:"hash"`
	Reason string    `yaml:"reason"`
	By     string    `yaml:"by"`
	Until  time.Time `yaml:"until"`
}

var hashForm = regexp.MustCompile(`^[0-9a-f]{16}$`)

// readWaivers reads waivers.yaml, a list, after the rules.
func (p *Pack) readWaivers(f folder, faults *strict.Faults) error {
	const name = "waivers.yaml"
	text, err := fs.ReadFile(f.files, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read waivers: %w", err)
	}
	top := strict.Read(f.show(name), text, faults)
	if !top.There() {
		return nil
	}
	for i, node := range top.Items() {
		var e entry
		node.Decode(&e, fmt.Sprintf("waiver %d", i+1))
		w := qa.Waiver(e)
		if !w.Until.IsZero() {
			w.Until = w.Until.AddDate(0, 0, 1)
		}
		if err := p.checkWaiver(w); err != nil {
			node.Fault("%v", err)
			continue
		}
		p.Waivers = append(p.Waivers, w)
	}
	return nil
}

// CheckWaiver says what is wrong with a waiver that is given at a moment, by the pack's rules for waivers.
func (p *Pack) CheckWaiver(w qa.Waiver, now time.Time) error {
	if err := p.checkWaiver(w); err != nil {
		return err
	}
	return p.checkDay(w, now)
}

// checkWaiver says what is wrong with a waiver whatever the day.
func (p *Pack) checkWaiver(w qa.Waiver) error {
	switch {
	case p.Rule(w.Rule) == nil:
		return fmt.Errorf("the waiver is for %q, which is no rule of this pack; %sa report names the rule of each finding", w.Rule, strict.Hint(w.Rule, p.ids()))
	case slices.Contains(p.Allowed.Never, w.Rule):
		return fmt.Errorf("%s cannot be waived (waivers.never in policy.yaml)", w.Rule)
	case !hashForm.MatchString(w.Hash):
		return fmt.Errorf("the waiver has the hash %q; it must be the 16 hex digits that the report shows at the finding", w.Hash)
	case strings.TrimSpace(w.Reason) == "":
		return errors.New("the waiver has no reason; write why the finding may stand")
	case strings.TrimSpace(w.By) == "":
		return errors.New("the waiver does not say who gives it; add by")
	case len(p.Allowed.By) > 0 && !slices.Contains(p.Allowed.By, w.By):
		return fmt.Errorf("%q may not waive; waivers.by in policy.yaml allows %s", w.By, strings.Join(p.Allowed.By, ", "))
	case w.Until.IsZero():
		return errors.New("the waiver has no end; add until, a day such as 2026-12-31")
	}
	return nil
}

// checkDay says whether a waiver holds on a day.
func (p *Pack) checkDay(w qa.Waiver, now time.Time) error {
	switch {
	case now.IsZero():
		return fmt.Errorf("the waiver of %s is not looked at: the day of the verdict is not known", w.Rule)
	case !now.Before(w.Until):
		return fmt.Errorf("the waiver of %s ended on %s", w.Rule, day(w.Until))
	case w.Until.After(now.AddDate(0, 0, p.Allowed.MaxDays+1)):
		return fmt.Errorf("the waiver of %s is to end on %s; it may last %d days (waivers.max_days in policy.yaml)", w.Rule, day(w.Until), p.Allowed.MaxDays)
	}
	return nil
}

func day(t time.Time) string { return t.UTC().Add(-time.Nanosecond).Format(time.DateOnly) }

// waive marks the findings that a waiver lets pass, and adds one for each waiver that would and does not hold.
func (p *Pack) waive(findings []qa.Finding, now time.Time) []qa.Finding {
	type key struct{ rule, hash string }
	holding := map[key]*qa.Waiver{}
	lapsed := map[key]error{}
	for i := range p.Waivers {
		w := &p.Waivers[i]
		if k := (key{w.Rule, w.Hash}); holding[k] == nil {
			if err := p.CheckWaiver(*w, now); err == nil {
				holding[k] = w
			} else if lapsed[k] == nil {
				lapsed[k] = fmt.Errorf("%w (%s; by %s: %s)", err, w.Hash, w.By, w.Reason)
			}
		}
	}
	found := len(findings)
	for i := range found {
		f := &findings[i]
		k := key{f.Rule, f.Hash}
		if w := holding[k]; w != nil {
			given := *w
			f.Waived = &given
		} else if err := lapsed[k]; err != nil {
			delete(lapsed, k) // told once
			findings = append(findings, lapse(*f, err))
		}
	}
	return findings
}

// WaiverRule is the rule that findings about waivers themselves name. It belongs to every pack and cannot be waived.
const WaiverRule = "waiver"

func lapse(f qa.Finding, why error) qa.Finding {
	return qa.Finding{Rule: WaiverRule, Category: f.Category, Severity: qa.Blocker, Where: f.Where, Text: f.Text, Message: why.Error(),
		Remedy: "Repair the finding, or give the waiver anew; then remove the old one.", Hash: qa.HashOf(WaiverRule, f.Rule, f.Hash)}
}
