package engine

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"fmt"

	"stet"
	"stet/internal/state"
	"stet/internal/store"
)

// markerKey makes the markers by which our items are found again. Keyed, so that nobody with an account at the CMS
// can mint one and have us publish their item.
type markerKey []byte

var lower = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// marker is 26 characters: the first 130 bits of the HMAC. It is the same for every item a publication ever has, so
// that drafts left behind by an earlier one are found too; tombstones keep items that are gone from being bound again.
func (k markerKey) marker(key stet.Key) string {
	mac := hmac.New(sha256.New, k)
	fmt.Fprintf(mac, "%s\x00%s", key.ContentID, key.Target)
	return lower.EncodeToString(mac.Sum(nil))[:26]
}

// Open makes the engine ready: the installation's marker key is made at the first start and kept in the store.
func (e *Engine) Open(ctx context.Context) error {
	fresh := make([]byte, 32)
	if _, err := rand.Read(fresh); err != nil {
		return fmt.Errorf("make marker key: %w", err)
	}
	setting := &state.Setting{Name: "marker_key"}
	err := e.db.Update(ctx, func(tx *store.Tx) error {
		found, err := tx.Get(setting)
		if err != nil || found {
			return err
		}
		setting.Value = hex.EncodeToString(fresh)
		return tx.Put(setting)
	})
	if err != nil {
		return fmt.Errorf("open engine: %w", err)
	}
	e.marker, err = hex.DecodeString(setting.Value)
	return err
}
