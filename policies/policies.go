// Package policies holds the packs of rules that ship with stet, one folder each.
package policies

import "embed"

// FS holds the packs by name.
//
//go:embed default docs llm
var FS embed.FS
