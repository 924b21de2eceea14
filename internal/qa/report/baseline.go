package report

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"

	"stet/internal/qa"
)

// Baseline is the findings that an older state of the articles had. They do not count any more; new ones do.
type Baseline struct {
	files map[string]map[Known]int // without their counts
}

// Known is an entry of a baseline.
type Known struct {
	File  string `json:"file"` // with slashes, relative to the folder of the baseline
	Rule  string `json:"rule"`
	Hash  string `json:"hash"`
	Count int    `json:"count"`
}

// baselineFile is the JSON of a baseline.
type baselineFile struct {
	Version  int     `json:"version"`
	Findings []Known `json:"findings"`
}

// ReadBaseline reads what WriteBaseline wrote, strictly.
func ReadBaseline(r io.Reader) (*Baseline, error) {
	var file baselineFile
	dec := json.NewDecoder(r)
	dec.DisallowUnknownFields()
	if err := dec.Decode(&file); err != nil {
		return nil, fmt.Errorf("read baseline: %w; write it anew with --write-baseline", err)
	}
	if file.Version != 1 {
		return nil, fmt.Errorf("read baseline: version %d is not known, only 1 is; write it anew with --write-baseline", file.Version)
	}
	b := &Baseline{files: map[string]map[Known]int{}}
	for _, k := range file.Findings {
		n := max(k.Count, 1)
		k.Count = 0
		if b.files[k.File] == nil {
			b.files[k.File] = map[Known]int{}
		}
		b.files[k.File][k] += n
	}
	return b, nil
}

// WriteBaseline writes every finding that is not waived, whether old or new, sorted: it changes only where findings do.
// name gives the name of an article in the baseline.
func WriteBaseline(w io.Writer, reports []qa.Report, name func(*qa.Report) string) error {
	counted := map[Known]int{}
	for i := range reports {
		for _, f := range reports[i].Findings {
			if f.Waived == nil {
				counted[Known{File: name(&reports[i]), Rule: f.Rule, Hash: f.Hash}]++
			}
		}
	}
	file := baselineFile{Version: 1, Findings: []Known{}}
	for k := range maps.Keys(counted) {
		n := counted[k]
		k.Count = n
		file.Findings = append(file.Findings, k)
	}
	slices.SortFunc(file.Findings, func(a, b Known) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Hash, b.Hash))
	})
	return encode(w, file)
}

// Marker gives a function that marks findings of an article which the baseline knows as Old, as often as it knows them,
// counting over all its calls. name is the article's in the baseline.
func (b *Baseline) Marker(name string) func([]qa.Finding) {
	left := maps.Clone(b.files[name])
	return func(findings []qa.Finding) {
		for i := range findings {
			f := &findings[i]
			key := Known{File: name, Rule: f.Rule, Hash: f.Hash}
			if left[key] > 0 {
				left[key]--
				f.Old = true
			}
		}
	}
}
