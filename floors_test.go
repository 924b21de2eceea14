package stet_test

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// anything marks a package of the roof, which may import every package that is not for tests only.
const anything = "*"

// floors says which packages of ours each package may import in its non-test files; "." is the root. A package without
// a row fails: adding one is one line, and the place to think about where it stands (docs/adr/0001-layout-and-floors.md).
var floors = map[string]string{
	// Floor 0: the words.
	".": "",

	// Floor 1: each knows the words, none knows another.
	"contract":            ".",
	"connector":           ".",
	"internal/httpclient": ".",
	"internal/ledger":     ".",
	"internal/telemetry":  ".",
	"internal/prose":      "",
	"policies":            "",

	// Floor 2: what is decided and what is kept.
	"connector/site":            ". connector internal/httpclient",
	"internal/linkcheck":        ". internal/httpclient",
	"internal/picture":          ". internal/httpclient",
	"connector/wordpress":       ". connector connector/wordpress/block internal/httpclient internal/picture",
	"connector/wordpress/block": ".",
	"connector/probe":           ". connector",
	"connector/all":             "connector connector/site connector/wordpress",
	"internal/state":            ". internal/ledger",
	"internal/publish":          ". connector internal/state",
	"internal/qa":               ". internal/prose",
	"internal/qa/word":          ". internal/prose internal/qa",
	"internal/qa/page":          ". internal/prose internal/qa",
	"internal/qa/ground":        ". internal/prose internal/qa",
	"internal/qa/report":        ". internal/prose internal/qa",
	"internal/policy/strict":    "internal/qa",
	"internal/policy/expr":      ". internal/prose internal/qa",
	"internal/policy":           ". internal/article internal/policy/expr internal/policy/strict internal/prose internal/qa internal/qa/word internal/qa/page internal/qa/ground policies",
	"internal/policy/vale":      "internal/policy/strict internal/qa internal/qa/word",
	"internal/revise":           ". contract internal/httpclient internal/prose internal/qa internal/policy",
	"internal/store":            ". internal/ledger internal/state internal/store/rowset",
	"internal/store/rowset":     ". internal/state",
	"internal/store/stmtcache":  "",
	"internal/store/migration":  ".",
	"internal/store/sqltext":    ". internal/state",
	"internal/store/ahead":      "internal/state internal/store internal/store/sqltext",
	"internal/store/sqlite":     ". internal/state internal/store internal/store/ahead internal/store/migration internal/store/sqltext internal/store/stmtcache",
	"internal/store/postgres":   ". internal/state internal/store internal/store/ahead internal/store/migration internal/store/sqltext",
	"internal/store/memory":     ". internal/state internal/store internal/store/rowset",

	// Floor 3: when it is done.
	"internal/queue": ". internal/store internal/store/sqlite internal/store/postgres internal/store/stmtcache",

	// Floor 4: the only writer of state.
	"internal/engine": ". contract connector internal/httpclient internal/state internal/publish internal/store",

	// Floor 5: who may ask, and how.
	"internal/gate":    ". internal/prose internal/engine internal/policy internal/qa internal/revise",
	"internal/httpapi": ". connector contract internal/engine internal/ledger internal/state internal/store internal/telemetry",

	// What a sender has: a file, and a server to talk to.
	"internal/article": ".",
	"internal/client":  ". contract",

	// The roof: wiring.
	"internal/app":    anything,
	"internal/cli":    anything,
	"internal/config": anything,
	"internal/demo":   anything,
	"internal/bench":  anything,
	"internal/eval":   anything,
	"cmd/stet":        anything,

	// For tests only: see testOnly.
	"connector/connectortest":  ". contract connector internal/engine internal/httpclient internal/publish internal/state internal/store internal/store/memory internal/store/sqlite",
	"connector/wordpress/fake": "internal/httpclient",
	"internal/store/storetest": ". internal/ledger internal/state internal/store internal/testpg",
	"internal/crash":           anything,
	"plugins/wordpress":        anything,
	"internal/sim":             anything,
	"internal/testpg":          "",
}

// testOnly packages help tests and must never be part of the binary.
var testOnly = []string{"connector/connectortest", "connector/wordpress/fake", "internal/store/storetest", "internal/sim", "internal/testpg"}

const (
	maxLines     = 400 // of a file
	maxTestLines = 600 // of a test file
	maxMethods   = 8   // of an interface
)

// file is one Go file of ours, parsed.
type file struct {
	path, folder string
	test         bool // a _test.go file
	lines        int
	generated    bool
	syntax       *ast.File
	set          *token.FileSet
}

// goFiles parses every Go file of the module, whatever system it is for.
func goFiles(t *testing.T) []file {
	t.Helper()
	var files []file
	walk(t, func(name string) {
		if path.Ext(name) != ".go" {
			return
		}
		source := read(t, name)
		set := token.NewFileSet()
		syntax, err := parser.ParseFile(set, name, source, parser.ParseComments)
		if err != nil {
			t.Errorf("%v", err) // its compiler will say the same; the other files are still worth checking
			return
		}
		files = append(files, file{
			path: name, folder: path.Dir(name), test: strings.HasSuffix(name, "_test.go"),
			lines: bytes.Count(source, []byte("\n")), generated: ast.IsGenerated(syntax), syntax: syntax, set: set,
		})
	})
	if len(files) == 0 {
		t.Fatal("found no Go file: the test must run in the root of the repository")
	}
	return files
}

// walk visits the files of the repository, without what tools keep for themselves and what tests read as data.
func walk(t *testing.T, visit func(name string)) {
	t.Helper()
	err := fs.WalkDir(os.DirFS("."), ".", func(name string, entry fs.DirEntry, err error) error {
		switch base := path.Base(name); {
		case err != nil:
			return err
		case entry.IsDir() && (base == ".git" || base == ".cache" || base == "testdata" || base == "node_modules"):
			return fs.SkipDir
		case entry.Type().IsRegular():
			visit(name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// imports are the packages of ours that a file imports, named as in floors.
func (f file) imports() (names []string) {
	for _, spec := range f.syntax.Imports {
		name, err := strconv.Unquote(spec.Path.Value)
		switch {
		case err != nil: // the parser has refused such a file already
		case name == "stet":
			names = append(names, ".")
		case strings.HasPrefix(name, "stet/"):
			names = append(names, strings.TrimPrefix(name, "stet/"))
		}
	}
	return names
}

func TestPackagesImportOnlyWhatIsBelow(t *testing.T) {
	for _, f := range goFiles(t) {
		row, known := floors[f.folder]
		if !known {
			t.Errorf("%s: package %s has no row in floors (floors_test.go); add one line", f.path, f.folder)
			continue
		}
		if f.test || row == anything {
			continue
		}
		for _, name := range f.imports() {
			if !slices.Contains(strings.Fields(row), name) {
				t.Errorf("%s imports %s; %s may import only: %s", f.path, name, f.folder, row)
			}
		}
	}
}

func TestTestPackagesStayOutOfTheBinary(t *testing.T) {
	for _, f := range goFiles(t) {
		if f.test || slices.Contains(testOnly, f.folder) {
			continue
		}
		for _, name := range f.imports() {
			if slices.Contains(testOnly, name) {
				t.Errorf("%s imports %s, which is for tests only", f.path, name)
			}
		}
	}
	for _, name := range testOnly {
		if _, known := floors[name]; !known {
			t.Errorf("testOnly names %s, which has no row in floors", name)
		}
	}
}

func TestFilesAreShort(t *testing.T) {
	for _, f := range goFiles(t) {
		limit := maxLines
		if f.test {
			limit = maxTestLines
		}
		if f.lines > limit && !f.generated {
			t.Errorf("%s has %d lines, the limit is %d: split it by noun", f.path, f.lines, limit)
		}
	}
}

func TestEveryPackageHasOneSentence(t *testing.T) {
	sentences := map[string][]string{} // the files that hold one, by folder
	for _, f := range goFiles(t) {
		if f.test {
			continue
		}
		if f.syntax.Doc == nil {
			if _, seen := sentences[f.folder]; !seen {
				sentences[f.folder] = nil // a package without any must be seen too
			}
			continue
		}
		sentences[f.folder] = append(sentences[f.folder], f.path)
		start := "Package " + f.syntax.Name.Name + " "
		if f.syntax.Name.Name == "main" {
			start = "Command " + path.Base(f.folder) + " "
		}
		if text := f.syntax.Doc.Text(); !strings.HasPrefix(text, start) {
			t.Errorf("%s: the package's sentence must begin with %q, it is %q", f.path, start, firstLine(text))
		}
	}
	for folder, files := range sentences {
		if len(files) != 1 {
			t.Errorf("package %s needs its sentence in exactly one file, has it in %d: %v", folder, len(files), files)
		}
	}
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}

func TestInterfacesAreSmall(t *testing.T) {
	for _, f := range goFiles(t) {
		ast.Inspect(f.syntax, func(node ast.Node) bool {
			if it, ok := node.(*ast.InterfaceType); ok && it.Methods.NumFields() > maxMethods {
				t.Errorf("%s: an interface of %d methods, the limit is %d: let each caller declare what it uses",
					f.set.Position(it.Pos()), it.Methods.NumFields(), maxMethods)
			}
			return true
		})
	}
}

// foreign finds what belongs to one machine and not to the project: folders of a workplace and hosts of package
// registries, which differ from site to site. The pattern is cut in two so that it does not find itself.
var foreign = regexp.MustCompile(`(^|[\s"'=(` + "`" + `])/(wo` + `rk|ro` + `ot|ho` + `me/\w+)/` +
	`|proxy\.gol` + `ang\.org|registry\.np` + `mjs\.org|deb\.deb` + `ian\.org|pypi\.o` + `rg`)

func TestNoFileNamesAMachine(t *testing.T) {
	walk(t, func(name string) {
		content := read(t, name)
		if bytes.IndexByte(content, 0) >= 0 {
			return // a picture, or a binary somebody built here
		}
		for number, line := range bytes.Split(content, []byte("\n")) {
			if found := foreign.Find(line); found != nil {
				t.Errorf("%s:%d names %q, which belongs to one machine; take it from the environment", name, number+1, found)
			}
		}
	})
}
