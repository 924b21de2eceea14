package report_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"stet/internal/qa"
	"stet/internal/qa/report"
)

// compiled reads a schema of testdata, or one that stands in the test.
func compiled(t *testing.T, name, text string) *jsonschema.Schema {
	t.Helper()
	if text == "" {
		raw, err := os.ReadFile("testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		text = string(raw)
	}
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("file:///"+name, doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("file:///" + name)
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func valid(t *testing.T, schema *jsonschema.Schema, text string) {
	t.Helper()
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(value); err != nil {
		t.Errorf("%v\n%s", err, text)
	}
}

func TestSARIFFollowsItsSchema(t *testing.T) {
	schema := compiled(t, "sarif-schema-2.1.0.json", "")
	valid(t, schema, write(t, report.SARIF, failing()))
	valid(t, schema, write(t, report.SARIF, report.Run{}))
	broken, _ := jsonschema.UnmarshalJSON(strings.NewReader(strings.Replace(write(t, report.SARIF, failing()), `"level": "error"`, `"level": "blocker"`, 1)))
	if schema.Validate(broken) == nil {
		t.Error("the schema takes any level")
	}
}

func TestSARIFNamesFilesByTheirAddress(t *testing.T) {
	for file, want := range map[string]string{"docs/a b.md": `"docs/a%20b.md"`, "a:b.md": `"./a:b.md"`, "/tmp/x#y.md": `"file:///tmp/x%23y.md"`, "../ä.md": `"../%C3%A4.md"`} {
		run := failing()
		run.Entries = run.Entries[:1]
		run.Entries[0].Report.File = file
		if out := write(t, report.SARIF, run); !strings.Contains(out, `"uri": `+want) {
			t.Errorf("%s is not called %s", file, want)
		}
	}
}

type sarifResult struct {
	RuleID       string
	RuleIndex    int
	Baseline     string `json:"baselineState"`
	Suppressions []struct{ Kind, Justification string }
	Fingerprints map[string]string `json:"partialFingerprints"`
	Locations    []struct {
		PhysicalLocation struct {
			ArtifactLocation struct{ URI string }
			Region           struct{ StartLine, StartColumn, EndLine, EndColumn int }
		}
	}
	Fixes []struct {
		ArtifactChanges []struct {
			Replacements []struct {
				DeletedRegion   struct{ StartLine, StartColumn, EndColumn int }
				InsertedContent struct{ Text string }
			}
		}
	}
}

func TestSARIFSaysWhereAndWhatDoesNotCount(t *testing.T) {
	var log struct {
		Runs []struct {
			ColumnKind string
			Tool       struct {
				Driver struct{ Rules []struct{ ID string } }
			}
			Results []sarifResult
		}
	}
	if err := json.Unmarshal([]byte(write(t, report.SARIF, failing())), &log); err != nil {
		t.Fatal(err)
	}
	run := log.Runs[0]
	if run.ColumnKind != "utf16CodeUnits" || len(run.Results) != 9 {
		t.Fatalf("%s, %d results", run.ColumnKind, len(run.Results))
	}
	seen := map[string]bool{}
	for i, r := range run.Results[:7] {
		if run.Tool.Driver.Rules[r.RuleIndex].ID != r.RuleID {
			t.Errorf("result %d: rule %d is %s", i, r.RuleIndex, run.Tool.Driver.Rules[r.RuleIndex].ID)
		}
		key := r.RuleID + r.Fingerprints["primaryLocationLineHash"]
		if seen[key] {
			t.Errorf("two results are called %s", key)
		}
		seen[key] = true
	}
	if uri := run.Results[0].Locations[0].PhysicalLocation.ArtifactLocation.URI; uri != "docs/a%20b%25,:%5Bx%5D.md" {
		t.Errorf("the file is %s", uri)
	}
	email, emoji, waived, old := run.Results[1], run.Results[2], run.Results[3], run.Results[4]
	if fix := email.Fixes[0].ArtifactChanges[0].Replacements[0]; fix.DeletedRegion.StartLine != 5 || fix.DeletedRegion.StartColumn != 9 || fix.DeletedRegion.EndColumn != 15 || fix.InsertedContent.Text != "email" {
		t.Errorf("fix %+v", fix)
	}
	if region := emoji.Locations[0].PhysicalLocation.Region; region.StartLine != 5 || region.StartColumn != 19 || region.EndColumn != 21 {
		t.Errorf("region %+v", region)
	}
	if len(waived.Suppressions) != 1 || waived.Suppressions[0].Justification != "a quotation" || waived.Baseline != "new" {
		t.Errorf("waived: %+v", waived)
	}
	if len(old.Suppressions) != 1 || old.Baseline != "unchanged" || old.Suppressions[0].Justification != "known to the baseline" {
		t.Errorf("old: %+v", old)
	}
	if email.Suppressions != nil {
		t.Errorf("a finding that counts is suppressed: %+v", email)
	}
}

// codeQuality is what GitLab documents of its format.
const codeQuality = `{"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "array", "items": {"type": "object", "additionalProperties": false,
	"required": ["description", "check_name", "fingerprint", "severity", "location"],
	"properties": {"description": {"type": "string", "minLength": 1}, "check_name": {"type": "string", "minLength": 1},
		"fingerprint": {"type": "string", "minLength": 1}, "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
		"location": {"type": "object", "additionalProperties": false, "required": ["path", "lines"],
			"properties": {"path": {"type": "string", "minLength": 1, "not": {"pattern": "^\\./"}},
				"lines": {"type": "object", "required": ["begin"], "properties": {"begin": {"type": "integer", "minimum": 1}}}}}}}}`

func TestGitLabFollowsItsDocumentedFormat(t *testing.T) {
	schema := compiled(t, "codequality.json", codeQuality)
	valid(t, schema, write(t, report.GitLab, failing()))
	valid(t, schema, write(t, report.GitLab, report.Run{}))
	var issues []struct{ Fingerprint, Severity string }
	if err := json.Unmarshal([]byte(write(t, report.GitLab, failing())), &issues); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, i := range issues {
		if seen[i.Fingerprint] {
			t.Errorf("GitLab would show one finding of two: %s", i.Fingerprint)
		}
		seen[i.Fingerprint] = true
	}
	if len(issues) != 9 { // seven findings, of which one is waived, an error of a check, and one finding of each other article
		t.Errorf("%d issues", len(issues))
	}
}

// workflowCommand is the grammar that actions/runner reads (ActionCommand.TryParseV2).
var workflowCommand = regexp.MustCompile(`^::(error|warning|notice) ((?:(?:file|line|endLine|col|endColumn|title)=[^,:\r\n]+)(?:,(?:file|line|endLine|col|endColumn|title)=[^,:\r\n]+)*)::([^\r\n]*)$`)

func TestGitHubFollowsTheGrammarOfCommands(t *testing.T) {
	out := strings.Split(strings.TrimSuffix(write(t, report.GitHub, failing()), "\n"), "\n")
	unescape := strings.NewReplacer("%0D", "\r", "%0A", "\n", "%3A", ":", "%2C", ",", "%25", "%")
	var kinds []string
	for _, line := range out {
		m := workflowCommand.FindStringSubmatch(line)
		if m == nil {
			t.Fatalf("no command: %q", line)
		}
		kinds = append(kinds, m[1])
		if file := strings.TrimPrefix(strings.Split(m[2], ",")[0], "file="); strings.HasPrefix(file, "docs/a") && unescape.Replace(file) != "docs/a b%,:[x].md" {
			t.Errorf("the file is %q", file)
		}
	}
	if got := strings.Join(kinds, " "); got != "error error error error warning warning warning notice" {
		t.Errorf("annotations: %s", got)
	}
	if all := strings.Join(out, "\n"); !strings.Contains(all, "There is no description.%0D%0AA second line: 50%25, at most.") || strings.Contains(all, "“good”") || strings.Contains(all, "“very”") {
		t.Errorf("%s", all)
	}
}

// junitAllows is what both schemas in use allow of what is written: that of Ant (windyroad/JUnit-Schema), which fixes the
// order and most attributes, and that of the Jenkins xUnit plugin (junit-10.xsd). An attribute with ! is required.
var junitAllows = map[string]struct{ attributes, children string }{
	"testsuites": {"", "testsuite*"},
	"testsuite":  {"id! name! package! timestamp! hostname! tests! failures! errors! skipped time!", "properties testcase* system-out system-err"},
	"properties": {"", "property*"},
	"property":   {"name! value!", ""},
	"testcase":   {"name! classname! time!", "skipped|error|failure?"},
	"skipped":    {"message", ""}, "error": {"type! message", ""}, "failure": {"type! message", ""},
	"system-out": {"", ""}, "system-err": {"", ""},
}

type element struct {
	name     string
	children []string
}

func TestJUnitFollowsItsSchemas(t *testing.T) {
	for _, run := range []report.Run{failing(), {}} {
		checkJUnit(t, write(t, report.JUnit, run))
	}
}

func checkJUnit(t *testing.T, text string) {
	t.Helper()
	dec := xml.NewDecoder(strings.NewReader(text))
	var open []*element
	for {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		switch token := token.(type) {
		case xml.StartElement:
			name := token.Name.Local
			if len(open) > 0 {
				open[len(open)-1].children = append(open[len(open)-1].children, name)
			} else if name != "testsuites" {
				t.Errorf("the root is %s", name)
			}
			checkAttributes(t, token)
			open = append(open, &element{name: name})
		case xml.EndElement:
			e := open[len(open)-1]
			pattern := strings.NewReplacer("skipped|error|failure?", "((skipped|error|failure) )?", "testsuite*", "(testsuite )*", "testcase* ", "(testcase )*",
				"property*", "(property )*", "properties ", "properties ").Replace(junitAllows[e.name].children)
			if got := strings.Join(append(e.children, ""), " "); !regexp.MustCompile(`^` + pattern + ` ?$`).MatchString(got) {
				t.Errorf("%s holds %q", e.name, got)
			}
			open = open[:len(open)-1]
		}
	}
}

func checkAttributes(t *testing.T, start xml.StartElement) {
	t.Helper()
	allowed, known := junitAllows[start.Name.Local]
	if !known {
		t.Errorf("no schema knows <%s>", start.Name.Local)
	}
	have := map[string]string{}
	for _, a := range start.Attr {
		have[a.Name.Local] = a.Value
	}
	for want := range strings.FieldsSeq(allowed.attributes) {
		name, required := strings.CutSuffix(want, "!")
		if _, there := have[name]; required && !there {
			t.Errorf("<%s> lacks %s", start.Name.Local, name)
		}
		delete(have, name)
	}
	if len(have) > 0 {
		t.Errorf("<%s> has %v", start.Name.Local, have)
	}
}

func TestJUnitFailsOnlyWhereTheGateDoes(t *testing.T) {
	var out struct {
		Suites []struct {
			Name                            string `xml:"name,attr"`
			Tests, Failures, Errors, Skips_ int
			TestsAttr                       int `xml:"tests,attr"`
			FailuresAttr                    int `xml:"failures,attr"`
			ErrorsAttr                      int `xml:"errors,attr"`
			SkippedAttr                     int `xml:"skipped,attr"`
		} `xml:"testsuite"`
	}
	if err := xml.NewDecoder(bytes.NewBufferString(write(t, report.JUnit, failing()))).Decode(&out); err != nil {
		t.Fatal(err)
	}
	bad, good := out.Suites[0], out.Suites[1]
	if bad.TestsAttr != 9 || bad.FailuresAttr != 5 || bad.ErrorsAttr != 1 || bad.SkippedAttr != 3 { // note, waived, old
		t.Errorf("failed article: %+v", bad)
	}
	if good.TestsAttr != 2 || good.FailuresAttr != 0 || good.ErrorsAttr != 0 || good.SkippedAttr != 1 {
		t.Errorf("passed article: %+v", good)
	}
}

func TestBaselineMarksWhatItKnowsAsOftenAsItKnowsIt(t *testing.T) {
	run := failing()
	before := run.Entries[0].Report
	name := func(r *qa.Report) string { return r.File }
	var file bytes.Buffer
	if err := report.WriteBaseline(&file, []qa.Report{before}, name); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(file.String(), before.Findings[3].Hash) {
		t.Error("a waived finding is in the baseline")
	}
	b, err := report.ReadBaseline(bytes.NewReader(file.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	after := failing().Entries[0].Report
	after.Findings = append(after.Findings, after.Findings[6]) // the same once more than before
	for i := range after.Findings {
		after.Findings[i].Old = false
	}
	b.Marker(after.File)(after.Findings)
	var marks strings.Builder
	for _, f := range after.Findings {
		marks.WriteString(map[bool]string{true: "o", false: "n"}[f.Old])
	}
	if marks.String() != "ooonooon" {
		t.Errorf("marks %s", marks.String())
	}
	other := failing().Entries[1].Report
	b.Marker(other.File)(other.Findings)
	if other.Findings[0].Old {
		t.Error("a finding of another file is known")
	}
	for _, bad := range []string{"", "[]", `{"version":2}`, `{"version":1,"more":1}`} {
		if _, err := report.ReadBaseline(strings.NewReader(bad)); err == nil || !strings.Contains(err.Error(), "--write-baseline") {
			t.Errorf("baseline %q gives %v", bad, err)
		}
	}
}
