package contract_test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"stet/contract"
)

// TestPublishedSchemasStayCompatible compares each schema with its published copy. A change that breaks a sender (or,
// for the log, a reader) needs a new version in a new file; a compatible one is published by copying the file.
func TestPublishedSchemasStayCompatible(t *testing.T) {
	files := os.DirFS("schema/published")
	names, err := fs.Glob(files, "*.json")
	if err != nil || len(names) < 3 {
		t.Fatalf("published schemas: %v, %v", names, err)
	}
	for _, name := range names {
		before, after := readSchema(t, files, name), readSchema(t, contract.Schemas(), name)
		c := comparison{before: before, after: after, outgoing: strings.HasPrefix(name, "log-")}
		for _, fault := range c.faults() {
			t.Errorf("%s: %s; make a new version instead", name, fault)
		}
	}
}

// TestComparisonCatchesEachBreak shows that the check above can fail.
func TestComparisonCatchesEachBreak(t *testing.T) {
	const in, out = "event-2.json", "log-event-1.json"
	properties := "properties"
	for name, c := range map[string]struct {
		file  string
		value any // nil removes
		path  []string
		want  string // "" for a compatible change
	}{
		"removed property":         {in, nil, []string{properties, "reason"}, "/properties/reason: removed"},
		"removed inner property":   {in, nil, []string{"$defs", "content", properties, "summary"}, "/properties/summary: removed"},
		"new required":             {in, []any{"schema", "event_id", "type", "content_id", "version", "occurred_at", "source", "reason"}, []string{"required"}, "required: reason"},
		"first required":           {in, []any{"text"}, []string{"$defs", "block_code", "required"}, "required: text"},
		"narrowed type":            {in, "string", []string{"$defs", "content", properties, "publish_at", "type"}, "type: null"},
		"changed type":             {in, "string", []string{properties, "version", "type"}, "type: integer"},
		"narrowed enum":            {in, []any{"draft_ready", "publish_request"}, []string{properties, "type", "enum"}, "enum: unpublish_request"},
		"new enum":                 {in, []any{"en"}, []string{"$defs", "content", properties, "locale", "enum"}, "enum: added"},
		"lower maximum":            {in, 9000.0, []string{properties, "version", "maximum"}, "maximum"},
		"higher minimum":           {in, 2.0, []string{properties, "version", "minimum"}, "minimum"},
		"shorter maxLength":        {in, 100.0, []string{"$defs", "content", properties, "title", "maxLength"}, "maxLength"},
		"new maxLength":            {in, 100.0, []string{"$defs", "block_paragraph", properties, "text", "maxLength"}, "maxLength"},
		"fewer items":              {in, 10.0, []string{"$defs", "content", properties, "tags", "maxItems"}, "maxItems"},
		"more items needed":        {in, 1.0, []string{"$defs", "content", properties, "tags", "minItems"}, "minItems"},
		"pattern":                  {in, "^[a-z]+$", []string{"$defs", "name", "pattern"}, "pattern"},
		"new pattern":              {in, "^[a-z]+$", []string{properties, "reason", "pattern"}, "pattern"},
		"format":                   {in, "uri", []string{"$defs", "url", "format"}, "format"},
		"const":                    {in, "stet.event/3", []string{properties, "schema", "const"}, "const"},
		"closed object":            {in, false, []string{"$defs", "content", properties, "fields", "additionalProperties"}, "additionalProperties"},
		"conditions":               {in, map[string]any{"required": []any{"reason"}}, []string{"then"}, "then"},
		"new keyword":              {in, map[string]any{"required": []any{"x"}}, []string{"not"}, "not"},
		"unique":                   {in, true, []string{"$defs", "content", properties, "tags", "uniqueItems"}, "uniqueItems"},
		"reader loses property":    {out, nil, []string{properties, "reason"}, "/properties/reason: removed"},
		"reader loses required":    {out, []any{"schema"}, []string{"required"}, "required: data"},
		"reader gets other type":   {out, []any{"string", "null"}, []string{properties, "reason", "type"}, "type: null"},
		"reader gets lower values": {out, -1.0, []string{properties, "version", "minimum"}, "minimum"},
		"reader loses event type":  {out, []any{"qa_passed"}, []string{properties, "type", "enum"}, "enum: draft_ready"},

		"new optional property":       {in, map[string]any{"type": "string"}, []string{properties, "extra"}, ""},
		"longer maxLength":            {in, 5000.0, []string{"$defs", "content", properties, "title", "maxLength"}, ""},
		"dropped pattern":             {in, nil, []string{"$defs", "name", "pattern"}, ""},
		"dropped required":            {in, []any{"schema"}, []string{"required"}, ""},
		"wider type":                  {in, []any{"integer", "null"}, []string{properties, "attempt", "type"}, ""},
		"description":                 {in, "Other words.", []string{"description"}, ""},
		"reader gets an optional one": {out, map[string]any{"type": "string"}, []string{properties, "extra"}, ""},
		"reader gets an event type":   {out, append(toAny(eventTypes(t)), "new_type"), []string{properties, "type", "enum"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			before, after := readSchema(t, contract.Schemas(), c.file), readSchema(t, contract.Schemas(), c.file)
			at := after
			for _, step := range c.path[:len(c.path)-1] {
				at = at[step].(map[string]any)
			}
			if at[c.path[len(c.path)-1]] = c.value; c.value == nil {
				delete(at, c.path[len(c.path)-1])
			}
			faults := comparison{before: before, after: after, outgoing: c.file == out}.faults()
			found := slices.ContainsFunc(faults, func(f string) bool { return strings.Contains(f, c.want) })
			if c.want == "" && len(faults) > 0 || c.want != "" && !found {
				t.Errorf("faults %q; want one with %q", faults, c.want)
			}
		})
	}
}

func toAny(list []string) []any {
	var out []any
	for _, s := range list {
		out = append(out, s)
	}
	return out
}

// comparison finds what a later schema breaks. Incoming: a body the old schema accepts, the new one must accept.
// Outgoing: what the new schema describes, a reader of the old one must understand; new enum values may appear.
type comparison struct {
	before, after map[string]any
	outgoing      bool
}

func (c comparison) faults() []string {
	return slices.Concat(c.compare("", c.before, c.after), c.compareMap("/$defs", c.before["$defs"], c.after["$defs"]))
}

// annotations change no verdict; $defs are compared apart.
var annotations = []string{"$schema", "$id", "$defs", "title", "description"}

func (c comparison) compare(at string, before, after any) []string {
	a, isObject := before.(map[string]any)
	b, stillObject := after.(map[string]any)
	if !isObject || !stillObject {
		return changed(at, before, after)
	}
	keywords := map[string]bool{}
	for keyword := range a {
		keywords[keyword] = true
	}
	for keyword := range b {
		keywords[keyword] = true
	}
	var faults []string
	for _, keyword := range slices.Sorted(maps.Keys(keywords)) {
		if !slices.Contains(annotations, keyword) {
			faults = append(faults, c.keyword(at+"/"+keyword, keyword, a[keyword], b[keyword])...)
		}
	}
	return faults
}

func (c comparison) keyword(at, keyword string, before, after any) []string {
	switch {
	case keyword == "properties":
		return c.compareMap(at, before, after)
	case keyword == "items":
		return c.compare(at, before, after)
	case keyword == "required":
		return missing(at+": ", c.wider(list(before), list(after)))
	case keyword == "type":
		return missing(at+": ", c.wider(list(after), list(before)))
	case keyword == "enum" && before == nil:
		return []string{at + ": added"}
	case keyword == "enum":
		return missing(at+": ", [2][]string{list(after), list(before)})
	case strings.HasPrefix(keyword, "max"):
		return c.limit(at, before, after, 1)
	case strings.HasPrefix(keyword, "min"):
		return c.limit(at, before, after, -1)
	case !c.outgoing && after == nil && keyword != "additionalProperties":
		return nil // a restriction less
	}
	return changed(at, before, after)
}

// wider turns the order of the comparison round for readers.
func (c comparison) wider(big, small []string) [2][]string {
	if c.outgoing {
		return [2][]string{small, big}
	}
	return [2][]string{big, small}
}

// limit refuses a limit that is closer than before, or for readers one that is wider.
func (c comparison) limit(at string, before, after any, sign float64) []string {
	if c.outgoing {
		before, after = after, before
	}
	a, wasThere := before.(float64)
	b, isThere := after.(float64)
	if isThere && (!wasThere || b*sign < a*sign) {
		return []string{fmt.Sprintf("%s: closer", at)}
	}
	return nil
}

// compareMap compares named schemas. A new name is a new possibility.
func (c comparison) compareMap(at string, before, after any) []string {
	a, _ := before.(map[string]any)
	b, _ := after.(map[string]any)
	var faults []string
	for _, name := range slices.Sorted(maps.Keys(a)) {
		if _, found := b[name]; !found {
			faults = append(faults, at+"/"+name+": removed")
			continue
		}
		faults = append(faults, c.compare(at+"/"+name, a[name], b[name])...)
	}
	return faults
}

// missing names what of sets[1] is not in sets[0].
func missing(prefix string, sets [2][]string) []string {
	var faults []string
	for _, s := range sets[1] {
		if !slices.Contains(sets[0], s) {
			faults = append(faults, prefix+s)
		}
	}
	return faults
}

func changed(at string, before, after any) []string {
	if reflect.DeepEqual(before, after) {
		return nil
	}
	return []string{at + ": changed"}
}

func list(v any) []string {
	switch v := v.(type) {
	case nil:
		return nil
	case []any:
		var out []string
		for _, item := range v {
			out = append(out, fmt.Sprint(item))
		}
		return out
	default:
		raw, _ := json.Marshal(v)
		return []string{strings.Trim(string(raw), `"`)}
	}
}
