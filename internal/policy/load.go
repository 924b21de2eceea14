package policy

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"stet"
	"stet/internal/policy/strict"
	"stet/internal/qa"
)

// maxBases is how many packs may extend one another.
const maxBases = 8

// Load reads the pack in a folder, with the packs it extends. A name without a folder of that name is that of a pack which
// ships with stet. The error, of kind Configuration, has a line for each mistake: file, line, column, what is allowed.
func Load(dir string) (*Pack, error) { return LoadCached(dir, "") }

// LoadCached is Load that keeps the index of a knowledge base in a folder, so that only what changed is read again.
func LoadCached(dir, cache string) (*Pack, error) {
	place, err := onDisk(dir)
	if err != nil {
		if f, ok := shipped(dir); ok {
			return load(f)
		}
		return nil, err
	}
	place.cache = cache
	return load(place)
}

// Shipped gives a pack that ships with stet.
func Shipped(name string) (*Pack, error) {
	f, ok := shipped(name)
	if !ok {
		return nil, stet.Errorf(stet.Configuration, "no_policy", "no pack %q ships with stet; there are %s", name, strings.Join(ShippedNames(), ", "))
	}
	return load(f)
}

func load(f folder) (*Pack, error) {
	faults := &strict.Faults{}
	p, err := read(f, faults, nil)
	if err == nil {
		err = faults.Err()
	}
	if err == nil {
		err = p.make()
	}
	if err != nil {
		if _, known := errors.AsType[*stet.Error](err); known {
			return nil, err
		}
		return nil, stet.Errorf(stet.Configuration, "bad_policy", "%s", err)
	}
	return p, nil
}

// read reads a pack onto its bases. seen are the folders that led here.
func read(f folder, faults *strict.Faults, seen []string) (*Pack, error) {
	text, err := fs.ReadFile(f.files, "policy.yaml")
	if err != nil {
		return nil, stet.Errorf(stet.Configuration, "no_policy", "cannot read %s; a policy is a folder with a policy.yaml: `stet init` writes one", f.show("policy.yaml"))
	}
	s := readSettings(f, text, faults)
	p := blank()
	if s.Extends != "" {
		if p, err = f.base(s, faults, append(seen, f.shown)); p == nil || err != nil {
			return blank(), err
		}
		p = p.child()
	}
	s.apply(p)
	digest, err := f.digest()
	if err != nil {
		return nil, err
	}
	p.hash = sha256.Sum256(slices.Concat(p.hash[:], digest[:]))
	return p, errors.Join(p.readRules(f, faults), p.readWords(f, faults), p.readCases(f, faults), p.readWaivers(f, faults), p.readKnowledge(f, s))
}

// base reads the pack that settings extend; nil where that is a mistake, which is then noted.
func (f folder) base(s settings, faults *strict.Faults, seen []string) (*Pack, error) {
	if len(seen) > maxBases {
		s.extends.Fault("%d packs extend one another; %d may", len(seen), maxBases)
		return nil, nil
	}
	base, ok := shipped(s.Extends)
	if !ok {
		dir := s.Extends
		if f.place == "" {
			s.extends.Fault("extends is %q; a pack that ships with stet extends one of %s", dir, strings.Join(ShippedNames(), ", "))
			return nil, nil
		}
		if !filepath.IsAbs(dir) {
			dir = filepath.Join(f.place, filepath.FromSlash(dir))
		}
		var err error
		if base, err = onDisk(dir); err != nil {
			s.extends.Fault("extends is %q: there is no such folder, and no pack of that name; %sallowed are %s, or a path from this folder",
				s.Extends, strict.Hint(s.Extends, ShippedNames()), strings.Join(ShippedNames(), ", "))
			return nil, nil
		}
	}
	base.cache = f.cache
	if slices.Contains(seen, base.shown) {
		s.extends.Fault("extends is %q, which extends this pack; one of the two must end the circle", s.Extends)
		return nil, nil
	}
	return read(base, faults, seen)
}

// make has the checkers made, so that every mistake in a rule shows before an article does.
func (p *Pack) make() error {
	if len(p.Rules) == 0 {
		return fmt.Errorf("%s has no rule; write one under rules/, or extend a pack: extends: default", p.Name)
	}
	var err error
	p.families, err = makeFamilies(p.env, p.Rules)
	return err
}

// makeFamilies groups rules by the family of their kind and has each family's checker made.
func makeFamilies(env qa.Env, rules []*Rule) ([]checkers, error) {
	var made []checkers
	var faults []error
	for _, f := range families {
		c := checkers{}
		for _, r := range rules {
			if slices.Contains(f.kinds, r.Kind) {
				c.rules, c.ours = append(c.rules, r.Rule), append(c.ours, r)
			}
		}
		if len(c.rules) == 0 {
			continue
		}
		checker, err := f.make(env, c.rules)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		c.checker = checker
		made = append(made, c)
	}
	return made, errors.Join(faults...)
}
