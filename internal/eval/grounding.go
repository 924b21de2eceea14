package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/goccy/go-yaml"

	"stet"
	"stet/internal/prose"
	"stet/internal/qa"
	"stet/internal/qa/ground"
)

// flagging are the checks of particulars; any finding of one makes a claim count as not supported.
var flagging = []string{"contradicted-value", "unsupported-number", "unsupported-date", "unsupported-entity", "quote-mismatch"}

// claim is a statement with the text it should rest on.
type claim struct {
	id        string
	text      string
	source    []string // sentences
	supported bool
}

// half tells in which half of the data a claim is. Rules are developed on half 0 alone.
func (c claim) half() int {
	h := fnv.New32a()
	h.Write([]byte(c.id))
	return int(h.Sum32()>>3) & 1
}

// gate makes the checker for a source and some checks. Every line of the source is a paragraph of a document.
func gate(kb qa.Knowledge, checks []string) (qa.Checker, error) {
	var rules []*qa.Rule
	for _, check := range checks {
		rules = append(rules, &qa.Rule{
			ID: check, Kind: "grounding", Category: qa.Grounding, Severity: qa.Error, Weight: 1,
			Decode: func(into any) error { return yaml.Unmarshal([]byte("check: "+check), into) },
		})
	}
	return ground.New(qa.Env{KB: kb}, rules)
}

// indexOf is a knowledge base of one document.
func indexOf(c claim) (*ground.Index, error) {
	var x ground.Index
	return &x, addTo(&x, c)
}

func addTo(x *ground.Index, c claim) error {
	lines := make([]string, len(c.source))
	for i, line := range c.source {
		lines[i] = strings.TrimSpace(line)
	}
	return x.Add(c.id+".md", []byte(strings.Join(lines, "\n\n")))
}

// noDeadline is the context of a program that runs until it is done.
var noDeadline = context.Background()

// judge gives the findings on a claim.
func judge(checker qa.Checker, text string) ([]qa.Result, error) {
	a := &qa.Article{Doc: stet.Document{Locale: "en"}, Body: prose.Plain(strings.TrimSpace(text))}
	results := checker.Check(noDeadline, a)
	for _, r := range results {
		if r.Err != nil {
			return nil, r.Err
		}
	}
	return results, nil
}

func flagged(results []qa.Result) bool {
	for _, r := range results {
		if len(r.Findings) > 0 {
			return true
		}
	}
	return false
}

// lines reads a file of JSON lines; absent says that the file is not there, which the caller passes on as a sentence.
func lines[T any](path string, take func(T)) (absent bool, err error) {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	defer func() { _ = file.Close() }() // it was only read
	scanner := bufio.NewScanner(file)
	scanner.Buffer(nil, 64<<20)
	for scanner.Scan() {
		var line T
		if err := json.Unmarshal(scanner.Bytes(), &line); err != nil {
			return false, fmt.Errorf("read %s: %w", path, err)
		}
		take(line)
	}
	return false, scanner.Err()
}

func skip(w io.Writer, name, path string) error {
	_, err := fmt.Fprintf(w, "%s: skipped, because %s is not there; name the folder of the data with --corpus.\n\n", name, path)
	return err
}
