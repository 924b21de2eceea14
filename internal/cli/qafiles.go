package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"stet"
	"stet/contract"
	"stet/internal/article"
)

// articleEndings are those of the files that a folder is searched for.
var articleEndings = []string{".md", ".markdown", ".html", ".htm"}

// articleFiles are the files that arguments name, folders searched, each once, in their order.
func articleFiles(args []string) (names []string, err error) {
	add := func(name string) {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	for _, arg := range args {
		if arg == "-" {
			add(arg)
			continue
		}
		info, err := os.Stat(arg)
		if err != nil {
			return nil, usage("cannot read %s: %v", arg, err)
		}
		if !info.IsDir() {
			add(filepath.Clean(arg))
			continue
		}
		found, err := searched(arg)
		if err != nil {
			return nil, usage("cannot read %s: %v", arg, err)
		}
		for _, name := range found {
			add(name)
		}
	}
	if len(names) == 0 {
		return nil, usage("there is no article in %s; stet qa looks for files that end with %s", strings.Join(args, ", "), strings.Join(articleEndings, ", "))
	}
	return names, nil
}

// searched are the articles below a folder, by name; hidden folders and node_modules are not entered.
func searched(folder string) (names []string, err error) {
	err = filepath.WalkDir(folder, func(name string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.IsDir() && name != folder && (strings.HasPrefix(e.Name(), ".") || e.Name() == "node_modules"):
			return fs.SkipDir
		case e.Type().IsRegular() && slices.Contains(articleEndings, strings.ToLower(filepath.Ext(name))):
			names = append(names, filepath.Clean(name))
		}
		return nil
	})
	return names, err
}

// piece is one article that is to be judged.
type piece struct {
	contentID string
	name      string // of the file, or of the event within it
	doc       stet.Document
	places    *article.Places // nil: it is an event
}

// source is a file with what it holds.
type source struct {
	name   string // as it was given; - is standard input
	text   []byte
	pieces []piece
}

// open reads a file.
func (sh *shell) open(name string) (source, error) {
	var text []byte
	var err error
	if name == "-" {
		text, err = io.ReadAll(io.LimitReader(sh.In, maxInput))
	} else {
		text, err = os.ReadFile(name)
	}
	s := source{name: name, text: text}
	if err != nil {
		return s, err
	}
	s.pieces, err = pieces(name, text)
	return s, err
}

// pieces reads the articles that a file holds.
func pieces(name string, text []byte) ([]piece, error) {
	shown := shownName(name)
	start := bytes.TrimLeft(bytes.TrimPrefix(text, []byte("\ufeff")), " \t\r\n")
	if strings.HasSuffix(name, ".json") || name == "-" && bytes.HasPrefix(start, []byte("{")) {
		return eventPieces(shown, text)
	}
	parsed := articleName(name, start)
	a, err := article.Parse(parsed, text)
	if err != nil {
		return nil, err
	}
	places, err := article.Locate(parsed, text, a.Document)
	return []piece{{contentID: a.ContentID, name: shown, doc: a.Document, places: places}}, err
}

func shownName(name string) string {
	if name == "-" {
		return "stdin"
	}
	return filepath.ToSlash(name)
}

// articleName is the name that says how a file is read; of standard input, what it begins with does.
func articleName(name string, start []byte) string {
	if name != "-" {
		return name
	}
	lower := bytes.ToLower(start[:min(len(start), 15)])
	if bytes.HasPrefix(lower, []byte("<!doctype html")) || bytes.HasPrefix(lower, []byte("<html")) {
		return "stdin.html"
	}
	return "stdin"
}

// eventPieces reads the events of a file, one after the other. Events without content are nothing
// to judge.
func eventPieces(name string, text []byte) (list []piece, err error) {
	dec := json.NewDecoder(bytes.NewReader(text))
	count := 0
	for {
		var raw json.RawMessage
		if err := dec.Decode(&raw); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, stet.Errorf(stet.Invalid, "bad_json", "%s is no JSON event: %v", name, err)
		}
		envelope, err := contract.Decode(raw, contract.Limits{Bytes: maxInput})
		if err != nil {
			return nil, err
		}
		count++
		if envelope.Data.Content != nil {
			doc, err := envelope.Document()
			if err != nil {
				return nil, err
			}
			list = append(list, piece{contentID: envelope.ContentID, name: name, doc: doc})
		}
	}
	if count > 1 {
		for i := range list {
			list[i].name += "#" + list[i].contentID
		}
	}
	if len(list) == 0 {
		return nil, stet.Errorf(stet.Invalid, "no_content", "%s holds no event with content", name)
	}
	return list, nil
}
