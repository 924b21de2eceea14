package policy

import (
	"crypto/sha256"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"stet/internal/qa"
)

// readKnowledge reads the knowledge base: the folder that policy.yaml names, or kb/ where that is there, else the base's.
func (p *Pack) readKnowledge(f folder, s settings) error {
	kb, err := f.knowledge(s)
	if kb == nil || err != nil {
		return err
	}
	if s.KB != "" { // it stands outside, so the digest of the folder does not hold it
		digest, err := kb.digest()
		if err != nil {
			return err
		}
		p.hash = sha256.Sum256(slices.Concat(p.hash[:], digest[:]))
	}
	files, err := kb.documents()
	if err != nil {
		return err
	}
	p.env.KB, err = index(files, kb.place, f.cache)
	return err
}

func (f folder) knowledge(s settings) (*folder, error) {
	if s.KB == "" {
		if _, err := fs.Stat(f.files, "kb"); err != nil {
			return nil, nil //nolint:nilerr // a pack need not have one
		}
		files, err := fs.Sub(f.files, "kb")
		kb := &folder{files: files, shown: f.show("kb")}
		if f.place != "" {
			kb.place = filepath.Join(f.place, "kb")
		}
		return kb, err
	}
	if f.place == "" {
		s.at["kb"].Fault("a pack that ships with stet has its knowledge base in kb/")
		return nil, nil
	}
	dir := filepath.FromSlash(s.KB)
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(f.place, dir)
	}
	kb, err := onDisk(dir)
	if err != nil {
		s.at["kb"].Fault("kb is %q: there is no such folder; it is a path from the folder of policy.yaml", s.KB)
		return nil, nil
	}
	return &kb, nil
}

// documents are the texts of a knowledge base by name.
func (f folder) documents() (map[string][]byte, error) {
	texts := map[string][]byte{}
	err := fs.WalkDir(f.files, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		switch path.Ext(strings.ToLower(name)) {
		case ".md", ".markdown", ".html", ".htm", ".txt":
			if e.Type().IsRegular() && !hidden(name) {
				texts[name], err = fs.ReadFile(f.files, name)
			}
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the knowledge base %s: %w", f.shown, err)
	}
	return texts, nil
}

// Knowledge is the knowledge base of the pack; nil where it has none.
func (p *Pack) Knowledge() qa.Knowledge { return p.env.KB }
