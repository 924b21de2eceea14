package contract

import (
	"maps"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// The published schema of version 2 says which fields a block has by one if and then per type. A validator tries all of
// them on each block, which takes 400 ms for 10,000 blocks; byType goes to the one branch that fits, with the same
// verdict. A test holds the two together.
const byTypeKeyword = "x-stet-by-type"

// withByType replaces the branches of $defs/block, where there are any, by the keyword.
func withByType(doc any) {
	defs, _ := doc.(map[string]any)["$defs"].(map[string]any)
	block, ok := defs["block"].(map[string]any)
	if !ok {
		return
	}
	refs := map[string]any{}
	for name := range maps.Keys(defs) {
		if blockType, ok := strings.CutPrefix(name, "block_"); ok {
			refs[blockType] = "#/$defs/" + name
		}
	}
	delete(block, "allOf")
	block[byTypeKeyword] = refs
}

type byType map[string]*jsonschema.Schema

// Validate leaves an unknown type to the enum beside the keyword.
func (b byType) Validate(ctx *jsonschema.ValidatorContext, v any) {
	block, _ := v.(map[string]any)
	name, _ := block["type"].(string)
	schema, ok := b[name]
	if !ok {
		return
	}
	if err := ctx.Validate(schema, v, nil); err != nil {
		ctx.AddErr(err)
	}
}

func byTypeVocabulary() *jsonschema.Vocabulary {
	return &jsonschema.Vocabulary{
		URL: "urn:stet:vocabulary:by-type",
		Compile: func(ctx *jsonschema.CompilerContext, object map[string]any) (jsonschema.SchemaExt, error) {
			refs, ok := object[byTypeKeyword].(map[string]any)
			if !ok {
				return nil, nil
			}
			branches := byType{}
			for name, ref := range refs {
				schema, err := ctx.EnqueueRef(ref.(string))
				if err != nil {
					return nil, err
				}
				branches[name] = schema
			}
			return branches, nil
		},
	}
}
