package page

import (
	"maps"
	"path"
	"reflect"
	"slices"
	"strings"

	"stet/internal/qa"
)

// options are the keys of all checks. A pointer that is nil and a list that is nil are not set.
type options struct {
	Check string `yaml:"check"`

	Min        *int     `yaml:"min"`
	Max        *int     `yaml:"max"`
	From       *int     `yaml:"from"`        // how large an article must be for the check to look at it
	Depth      *int     `yaml:"depth"`       // of lists
	Words      *int     `yaml:"words"`       // of a slug
	MaxDensity *float64 `yaml:"max_density"` // per cent

	TitleIsH1   *bool `yaml:"title_is_h1"` // the page shows the title as its heading of level 1
	Required    *bool `yaml:"required"`
	Recommended *bool `yaml:"recommended"` // look at recommended properties as well
	Exact       *bool `yaml:"exact"`       // no other headings
	MatchCase   *bool `yaml:"match_case"`
	Decorative  *bool `yaml:"decorative"` // alt="" is taken for a picture that says nothing

	Headings     []string `yaml:"headings"`
	Ignore       []string `yaml:"ignore"` // targets of links, with * for anything
	Hosts        []string `yaml:"hosts"`
	Placeholders []string `yaml:"placeholders"`
	Types        []string `yaml:"types"` // of structured data that the page must have one of
	Texts        []string `yaml:"texts"` // as spoken gives them
	Places       []string `yaml:"places"`
}

func limit(n int) *int          { return &n }
func number(n float64) *float64 { return &n }

var (
	truth, falsehood = true, false
	yes, no          = &truth, &falsehood
)

func is(flag *bool) bool { return flag != nil && *flag }

// configure reads the keys of a rule over the presets of its check.
func configure(rule *qa.Rule) (check, error) {
	var given options
	if err := rule.Decode(&given); err != nil {
		return check{}, err
	}
	made, known := checks[given.Check]
	switch {
	case !slices.Contains(Kinds, rule.Kind):
		return check{}, rule.Fault("kind", "kind %q is not one of %s", rule.Kind, strings.Join(Kinds, ", "))
	case !known:
		return check{}, rule.Fault("check", "check %q is not known; kind %s has %s", given.Check, rule.Kind, names(rule.Kind))
	case made.kind != rule.Kind:
		return check{}, rule.Fault("check", "check %s is of kind %s; kind %s has %s", given.Check, made.kind, rule.Kind, names(rule.Kind))
	}
	if err := overlay(rule, &made, given); err != nil {
		return check{}, err
	}
	made.preset.Texts = slices.Clone(made.preset.Texts)
	for i, text := range made.preset.Texts {
		made.preset.Texts[i] = spoken(text)
	}
	return made, validate(rule, made.preset)
}

// overlay sets what a rule gives, and refuses keys that are not of its check.
func overlay(rule *qa.Rule, made *check, given options) error {
	allowed := strings.Fields(made.keys)
	from, to := reflect.ValueOf(given), reflect.ValueOf(&made.preset).Elem()
	for i := range from.NumField() {
		key := from.Type().Field(i).Tag.Get("yaml")
		if from.Field(i).IsZero() {
			continue
		}
		if key != "check" && !slices.Contains(allowed, key) {
			has := "none"
			if len(allowed) > 0 {
				has = strings.Join(allowed, ", ")
			}
			return rule.Fault(key, "%s is no key of check %s; its keys are: %s", key, given.Check, has)
		}
		to.Field(i).Set(from.Field(i))
	}
	return nil
}

// validate refuses values that no article could meet.
func validate(rule *qa.Rule, o options) error {
	for key, n := range map[string]*int{"min": o.Min, "max": o.Max, "from": o.From, "depth": o.Depth, "words": o.Words} {
		if n != nil && *n < 0 {
			return rule.Fault(key, "%s is %d; it must be 0 or more", key, *n)
		}
	}
	if o.Min != nil && o.Max != nil && *o.Max > 0 && *o.Min > *o.Max {
		return rule.Fault("min", "min is %d and max is %d; min must not be above max", *o.Min, *o.Max)
	}
	if o.Check == "required-section" && len(o.Headings) == 0 {
		return rule.Fault("headings", "headings is empty; name the headings that an article must have")
	}
	for _, p := range o.Places {
		if !slices.Contains(keyphrasePlaces, p) {
			return rule.Fault("places", "place %q is not known; places are %s", p, strings.Join(keyphrasePlaces, ", "))
		}
	}
	for _, t := range o.Types {
		if _, known := schemas[t]; !known {
			return rule.Fault("types", "type %q is not known; types are %s", t, strings.Join(slices.Sorted(maps.Keys(schemas)), ", "))
		}
	}
	for _, pattern := range o.Ignore {
		if _, err := path.Match(pattern, ""); err != nil {
			return rule.Fault("ignore", "pattern %q is not complete; * stands for anything", pattern)
		}
	}
	return nil
}

// over reports whether a count is above a limit; a limit of 0 is none.
func over(n int, max *int) bool { return max != nil && *max > 0 && n > *max }

// under reports whether a count is below a limit.
func under(n int, min *int) bool { return min != nil && n < *min }
