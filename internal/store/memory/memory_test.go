package memory_test

import (
	"testing"

	"stet/internal/store"
	"stet/internal/store/memory"
	"stet/internal/store/storetest"
)

func database(*testing.T) storetest.Database {
	d := new(memory.Driver)
	return storetest.Database{Fresh: database, Open: func(*testing.T) store.Driver { return d }}
}

func TestStore(t *testing.T) { storetest.Run(t, database) }
