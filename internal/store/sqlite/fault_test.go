package sqlite_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"stet"
	"stet/internal/state"
	"stet/internal/store"
	"stet/internal/store/sqlite"
)

// filled makes a closed database with some rows, and gives its bytes.
func filled(t *testing.T, path string) []byte {
	t.Helper()
	db := store.New(open(t, path), store.Options{})
	for i := range 50 {
		if err := db.Update(t.Context(), func(tx *store.Tx) error {
			return errors.Join(tx.Put(&state.Setting{Name: fmt.Sprint(i), Value: strings.Repeat("v", 500)}),
				tx.Append(stet.Event{ID: fmt.Sprint("e", i), Type: stet.RolledBack, Reason: strings.Repeat("r", 500)}))
		}); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func refused(t *testing.T, path, code string) {
	t.Helper()
	d, err := sqlite.Open(t.Context(), path)
	if err == nil {
		d.Close()
		t.Fatalf("opened, want %s", code)
	}
	if e, ok := errors.AsType[*stet.Error](err); !ok || e.Code != code || !strings.Contains(e.Message, filepath.Dir(path)) {
		t.Errorf("want %s with the path, got: %v", code, err)
	}
}

func TestRefusesADamagedFileAndLeavesItAsItIs(t *testing.T) {
	path := filepath.Join(t.TempDir(), "stet.db")
	whole := filled(t, path)
	flipped := func(at int) []byte {
		b := bytes.Clone(whole)
		b[at] ^= 0xff
		return b
	}
	for name, content := range map[string][]byte{
		"truncated":       whole[:len(whole)/2],
		"cut in a page":   whole[:len(whole)-1000],
		"header":          flipped(3),
		"page size":       flipped(17),
		"root of schema":  flipped(100),
		"an inner page":   damagePage(whole, 5),
		"another program": []byte("hello, this is no database at all\n"),
		"short":           []byte("SQL"),
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "stet.db")
			if err := os.WriteFile(path, content, 0o600); err != nil {
				t.Fatal(err)
			}
			refused(t, path, "store_damaged")
			after, err := os.ReadFile(path)
			if err != nil || !bytes.Equal(after, content) {
				t.Errorf("the file was changed: %v", err)
			}
		})
	}
}

// damagePage overwrites the head of a page, counted from 1.
func damagePage(whole []byte, page int) []byte {
	b := bytes.Clone(whole)
	copy(b[(page-1)*4096:], bytes.Repeat([]byte{0xa5}, 64))
	return b
}

func TestRefusesAFileThatLostItsPages(t *testing.T) {
	path := filepath.Join(t.TempDir(), "stet.db")
	for file, content := range map[string]string{path: "", path + "-wal": "rest"} {
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	refused(t, path, "store_damaged")
}

func TestRefusesASecondProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "stet.db")
	first := open(t, path)
	refused(t, path, "store_in_use")
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	open(t, path)
}

func TestRefusesWhatItCannotWrite(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Log("root may write everywhere; a file in the place of the folder stands for a folder without rights")
	}
	folder := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(folder, nil, 0o400); err != nil {
		t.Fatal(err)
	}
	refused(t, filepath.Join(folder, "stet.db"), "store_path")
	path := filepath.Join(t.TempDir(), "folder")
	if err := os.Mkdir(path, 0o700); err != nil {
		t.Fatal(err)
	}
	refused(t, path, "store_path")
}

func TestKeepsItsFilesPrivate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "made", "stet.db")
	db := store.New(open(t, path), store.Options{})
	defer db.Close()
	for file, want := range map[string]os.FileMode{filepath.Dir(path): 0o700, path: 0o600, path + "-wal": 0o600, path + ".lock": 0o600} {
		info, err := os.Stat(file)
		if err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v %v", file, info, err)
		}
	}
}

func TestRefusesANewerSchema(t *testing.T) {
	for _, statement := range []string{
		`INSERT INTO goose_db_version (version_id, is_applied) VALUES (999, 1)`,
		`INSERT INTO river_migration (line, version) VALUES ('main', 999)`,
	} {
		path := filepath.Join(t.TempDir(), "stet.db")
		d := open(t, path)
		execute(t, d, statement)
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
		_, err := sqlite.Open(t.Context(), path)
		if e, ok := errors.AsType[*stet.Error](err); !ok || e.Code != "schema_newer" {
			t.Errorf("%s: %v", statement, err)
		}
	}
}

func TestStaysUsableWhenTheDiskIsFull(t *testing.T) {
	d := open(t, filepath.Join(t.TempDir(), "stet.db"))
	db := store.New(d, store.Options{})
	defer db.Close()
	var pages int
	if err := d.SQL().QueryRowContext(t.Context(), `PRAGMA page_count`).Scan(&pages); err != nil {
		t.Fatal(err)
	}
	execute(t, d, fmt.Sprintf(`PRAGMA max_page_count = %d`, pages+2))
	large := func(tx *store.Tx) error {
		return errors.Join(tx.Put(&state.Setting{Name: "large", Value: strings.Repeat("x", 100_000)}),
			tx.Append(stet.Event{ID: "e1", Type: stet.RolledBack}))
	}
	err := db.Update(t.Context(), large)
	if e, ok := errors.AsType[*stet.Error](err); !ok || e.Code != "disk_full" || e.Kind != stet.Unavailable {
		t.Errorf("full: %v", err)
	}
	if err := db.Update(t.Context(), func(tx *store.Tx) error { return tx.Put(&state.Setting{Name: "small"}) }); err != nil {
		t.Errorf("a small update: %v", err)
	}
	execute(t, d, `PRAGMA max_page_count = 4294967294`)
	if err := db.Update(t.Context(), large); err != nil {
		t.Errorf("with room: %v", err)
	}
}
