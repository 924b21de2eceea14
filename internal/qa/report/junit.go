package report

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"stet/internal/qa"
)

// The elements that both the schema of Apache Ant's JUnit tasks and that of the Jenkins xUnit plugin allow, in the order
// of Ant's.
type junitSuites struct {
	XMLName xml.Name     `xml:"testsuites"`
	Suites  []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	ID         int         `xml:"id,attr"`
	Name       string      `xml:"name,attr"`
	Package    string      `xml:"package,attr"`
	Timestamp  string      `xml:"timestamp,attr"`
	Hostname   string      `xml:"hostname,attr"`
	Tests      int         `xml:"tests,attr"`
	Failures   int         `xml:"failures,attr"`
	Errors     int         `xml:"errors,attr"`
	Skipped    int         `xml:"skipped,attr"`
	Time       string      `xml:"time,attr"`
	Properties []junitPair `xml:"properties>property"`
	Cases      []junitCase `xml:"testcase"`
	Out        string      `xml:"system-out"`
	Err        string      `xml:"system-err"`
}

type junitPair struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

type junitCase struct {
	Name      string       `xml:"name,attr"`
	Classname string       `xml:"classname,attr"`
	Time      string       `xml:"time,attr"`
	Skipped   *junitDetail `xml:"skipped"`
	Error     *junitDetail `xml:"error"`
	Failure   *junitDetail `xml:"failure"`
}

type junitDetail struct {
	Type    string `xml:"type,attr,omitempty"`
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// writeJUnit writes a suite for each article: a case for the verdict, and one for each finding. Findings of an article
// that passes are skipped cases, and so are those that do not count: a report without failures is a gate that passed.
func writeJUnit(w io.Writer, run Run) error {
	out := junitSuites{}
	for i := range run.Entries {
		out.Suites = append(out.Suites, suite(i, &run.Entries[i], run))
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", "  ")
	if err := enc.Encode(out); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func suite(id int, e *Entry, run Run) junitSuite {
	r := &e.Report
	name := xmlText(e.name())
	s := junitSuite{ID: id, Name: name, Package: "stet.qa", Timestamp: run.Now.UTC().Format("2006-01-02T15:04:05"), Hostname: "localhost", Time: "0",
		Properties: []junitPair{{"policy", xmlText(run.Policy)}, {"score", fmt.Sprint(r.Score)}, {"threshold", fmt.Sprint(r.Threshold)}},
		Out:        xmlText(strings.Join(r.Unchecked, "\n"))}
	for _, c := range r.Categories {
		s.Properties = append(s.Properties, junitPair{"score." + string(c.Category), scoreWords(c)})
	}
	s.Cases = append(s.Cases, verdictCase(name, r))
	for i, text := range r.Errors {
		s.Cases = append(s.Cases, junitCase{Name: fmt.Sprintf("check %d", i+1), Classname: name, Time: "0", Error: &junitDetail{Type: "error", Message: xmlText(text)}})
	}
	for i := range r.Findings {
		s.Cases = append(s.Cases, findingCase(name, e, &r.Findings[i], run.Known))
	}
	s.Tests = len(s.Cases)
	for _, c := range s.Cases {
		switch {
		case c.Failure != nil:
			s.Failures++
		case c.Error != nil:
			s.Errors++
		case c.Skipped != nil:
			s.Skipped++
		}
	}
	return s
}

func verdictCase(name string, r *qa.Report) junitCase {
	c := junitCase{Name: "verdict", Classname: name, Time: "0"}
	if !r.Passed {
		c.Failure = &junitDetail{Type: "verdict", Message: fmt.Sprintf("score %d, needs %d", r.Score, r.Threshold),
			Text: xmlText(strings.Join(slices.Concat(r.Reasons, r.Errors), "\n"))}
	}
	return c
}

func findingCase(name string, e *Entry, f *qa.Finding, known string) junitCase {
	c := junitCase{Name: xmlText(place(e, f) + " " + f.Rule), Classname: name, Time: "0"}
	detail := &junitDetail{Type: string(f.Severity), Message: xmlText(f.Message), Text: xmlText(f.Remedy)}
	switch {
	case f.Waived != nil:
		detail.Message = xmlText(fmt.Sprintf("waived by %s until %s: %s", f.Waived.By, f.Waived.Until.Format(time.DateOnly), f.Waived.Reason))
	case f.Old:
		detail.Message = xmlText(fmt.Sprintf("%s (%s)", f.Message, cmp.Or(known, "known before")))
	case !e.Report.Passed && f.Severity != qa.Info:
		c.Failure = detail
		return c
	}
	detail.Type, detail.Message = "", string(f.Severity)+": "+detail.Message // the element has no type
	c.Skipped = detail
	return c
}

// xmlText is a text without the characters that XML 1.0 cannot carry.
func xmlText(text string) string {
	return strings.Map(func(c rune) rune {
		if c == '\r' {
			return -1
		}
		if c == '\t' || c == '\n' || c >= 0x20 && c <= 0xd7ff || c >= 0xe000 && c < utf8.RuneError || c > 0xffff {
			return c
		}
		return utf8.RuneError
	}, text)
}
