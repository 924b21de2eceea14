package contract_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"stet"
	"stet/contract"
)

// bombs are bodies of a megabyte that are cheap to send. Each must be refused with little work; the memory a refusal
// allocates stands for the work, since time depends on the machine.
func bombs() map[string]struct{ body, code string } {
	const size = 1_000_000
	many := func(format string) string {
		var b strings.Builder
		for i := 0; b.Len() < size; i++ {
			fmt.Fprintf(&b, format, i)
		}
		return strings.TrimSuffix(b.String(), ",")
	}
	return map[string]struct{ body, code string }{
		"opening brackets":  {strings.Repeat("[", size), "too_deep"},
		"opening objects":   {strings.Repeat(`{"a":`, size/5), "too_deep"},
		"depth 10,001":      {strings.Repeat("[", 10_001) + strings.Repeat("]", 10_001), "too_deep"},
		"keys":              {"{" + many(`"k%d":1,`) + "}", "too_many_members"},
		"one key":           {`{"` + strings.Repeat("k", size) + `":1}`, "name_too_long"},
		"one number":        {`{"version":` + strings.Repeat("1", size) + "}", "bad_number"},
		"numbers":           {`{"schema":"stet.event/1","data":[` + many("%d,") + "]}", "too_many_values"},
		"white space":       {strings.Repeat(" ", size), "malformed_json"},
		"one string":        {`{"schema":"` + strings.Repeat("s", size) + `"}`, "unknown_schema"},
		"duplicate key":     {`{"` + strings.Repeat("k", size/3) + `":1,"` + strings.Repeat("k", size/3) + `":1}`, "name_too_long"},
		"unknown values":    {`{"schema":"stet.event/2","type":"draft_ready","data":{"content":{"blocks":[` + strings.TrimSuffix(strings.Repeat("1,", 4_500), ",") + "]}}}", "missing_field"},
		"faults":            {replacedBlocks(strings.Repeat(`{"type":"paragraph","x":1},`, 4_999)), "unknown_field"},
		"escapes":           {`{"schema":"` + strings.Repeat(`\u0041`, size/6) + `"}`, "unknown_schema"},
		"fraction":          {`{"version":0.` + strings.Repeat("0", size) + "1}", "bad_number"},
		"exponent":          {`{"version":1e` + strings.Repeat("9", size) + "}", "bad_number"},
		"unfinished string": {`{"schema":"` + strings.Repeat("s", size), "malformed_json"},
	}
}

// replacedBlocks is a version 2 event, complete but for its blocks.
func replacedBlocks(blocks string) string {
	return `{"schema":"stet.event/2","event_id":"e","type":"draft_ready","content_id":"c","version":1,"occurred_at":"2026-11-24T09:00:00Z",` +
		`"source":"s","data":{"content":{"title":"t","canonical_slug":"s","blocks":[` + strings.TrimSuffix(blocks, ",") + `]}}}`
}

func TestDecodeRefusesBombsWithLittleWork(t *testing.T) {
	if err := contract.Validate(golden(t, "draft_ready.v2"), contract.Limits{}); err != nil { // compiles the schemas
		t.Fatal(err)
	}
	for name, bomb := range bombs() {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := contract.Decode([]byte(bomb.body), contract.Limits{})
			runtime.ReadMemStats(&after)
			e, ok := err.(*stet.Error)
			if !ok || e.Code != bomb.code || len(e.Pointer) > 600 || len(e.Message) > 500 {
				t.Fatalf("got %.200v; want %s", err, bomb.code)
			}
			if grown := after.TotalAlloc - before.TotalAlloc; grown > 30<<20 {
				t.Errorf("the refusal allocated %d MiB", grown>>20)
			}
		})
	}
}

func TestLimitsAreTheCallers(t *testing.T) {
	body := golden(t, "publish_request.v1")
	for name, c := range map[string]struct {
		limits contract.Limits
		kind   stet.Kind
		code   string
	}{
		"bytes":   {contract.Limits{Bytes: len(body) - 1}, stet.TooLarge, "too_large"},
		"depth":   {contract.Limits{Depth: 5}, stet.Invalid, "too_deep"},
		"values":  {contract.Limits{Values: 20}, stet.Invalid, "too_many_values"},
		"members": {contract.Limits{Members: 10}, stet.Invalid, "too_many_members"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := contract.Decode(body, c.limits)
			if e, ok := err.(*stet.Error); !ok || e.Kind != c.kind || e.Code != c.code {
				t.Errorf("got %v; want %s", err, c.code)
			}
		})
	}
	if _, err := contract.Decode(body, contract.Limits{Bytes: len(body), Depth: 6}); err != nil {
		t.Errorf("exactly at the limit: %v", err)
	}
}

func TestADataAddressIsRefusedBySizeAndScheme(t *testing.T) {
	address := "data:image/png;base64," + strings.Repeat("A", 2_000_000)
	_, err := contract.Decode([]byte(edited(t, "publish_request.v1", "![x]("+address+")", "data", "content", "body", "text")), contract.Limits{})
	wantFault(t, err, stet.TooLarge, "too_large", "")
	_, err = contract.Decode([]byte(edited(t, "publish_request.v1", address[:100], "data", "content", "hero_image", "url")), contract.Limits{})
	wantFault(t, err, stet.Invalid, "wrong_value", "/data/content/hero_image/url")
}

func BenchmarkDecodeBombs(b *testing.B) {
	for name, bomb := range bombs() {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := contract.Decode([]byte(bomb.body), contract.Limits{}); err == nil {
					b.Fatal("accepted")
				}
			}
		})
	}
}
