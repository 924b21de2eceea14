// Package picture gets the pictures of a document: from the address it names, or from a folder, within limits. Whoever
// writes an article chooses the addresses, so nothing is taken on trust: neither where they lead nor what is there.
package picture

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
	_ "image/gif" // for image.DecodeConfig, as those below
	_ "image/jpeg"
	_ "image/png"
	"net/http"

	_ "golang.org/x/image/webp"

	"stet"
)

const (
	// MaxBytes is the largest file.
	MaxBytes = 10 << 20
	// MaxPixels is the largest picture, in width times height. A file of a few kilobytes can claim any number, and
	// whoever decodes it then needs four bytes for each.
	MaxPixels = 50_000_000
	// MaxSide is the largest width and height.
	MaxSide = 20_000
)

// Picture is a picture that was looked at: its type is what its bytes say, whatever its name or its server said.
type Picture struct {
	Bytes         []byte
	SHA256        string // of Bytes, in hex
	Type          string // image/png, image/jpeg, image/gif or image/webp
	Ext           string // with its dot
	Width, Height int
}

// extensions are the types that every browser shows and no script can hide in: SVG is none of them.
var extensions = map[string]string{"image/png": ".png", "image/jpeg": ".jpg", "image/gif": ".gif", "image/webp": ".webp"}

// inspect looks at the bytes without decoding more than the header.
func inspect(name string, data []byte) (Picture, error) {
	if len(data) == 0 {
		return Picture{}, refuse("image_empty", "%s is empty", name)
	}
	kind := http.DetectContentType(data)
	ext, known := extensions[kind]
	if !known {
		return Picture{}, refuse("image_type", "%s is not a PNG, JPEG, GIF or WebP picture: its bytes look like %s", name, kind)
	}
	conf, _, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return Picture{}, refuse("image_broken", "%s looks like %s and cannot be read as such: %v", name, kind, err)
	}
	if w, h := conf.Width, conf.Height; w < 1 || h < 1 || w > MaxSide || h > MaxSide || w*h > MaxPixels {
		return Picture{}, refuse("image_dimensions", "%s has %d x %d pixels; at most %d a side and %d in all are taken", name, w, h, MaxSide, MaxPixels)
	}
	sum := sha256.Sum256(data)
	return Picture{Bytes: data, SHA256: hex.EncodeToString(sum[:]), Type: kind, Ext: ext, Width: conf.Width, Height: conf.Height}, nil
}

// refuse is an error that no repetition changes: the document, or the picture, must.
func refuse(code, format string, args ...any) error {
	return stet.Errorf(stet.Invalid, code, "the picture %s", fmt.Sprintf(format, args...))
}
