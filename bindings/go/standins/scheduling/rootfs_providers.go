package scheduling

import (
	"encoding/json"
	"net/url"
)

// RootFSProviderType names a kind of provider on the wire.
type RootFSProviderType string

const (
	RootFSProviderTypeArbitrary RootFSProviderType = "arbitrary"
	RootFSProviderTypeFixedSet  RootFSProviderType = "fixed_set"
)

// RootFSProvider says which root file systems of one URL scheme a cell has.
type RootFSProvider interface {
	Type() RootFSProviderType
	Match(url.URL) bool
}

// RootFSProviders has a provider for each URL scheme. A provider of a type that is not known is
// decoded as nil, and Match of its scheme panics then, as Diego's does.
type RootFSProviders map[string]RootFSProvider

// Match asks the provider of rootFS's scheme.
func (p RootFSProviders) Match(rootFS url.URL) bool {
	provider, ok := p[rootFS.Scheme]
	return ok && provider.Match(rootFS)
}

// UnmarshalJSON reads each provider by its type.
func (p *RootFSProviders) UnmarshalJSON(payload []byte) error {
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(payload, &raw); err != nil {
		return err
	}
	*p = make(RootFSProviders, len(raw))
	for scheme, text := range raw {
		var provider struct {
			Type RootFSProviderType `json:"type"`
			Set  StringSet          `json:"set"`
		}
		if err := json.Unmarshal(text, &provider); err != nil {
			return err
		}
		switch provider.Type {
		case RootFSProviderTypeArbitrary:
			(*p)[scheme] = ArbitraryRootFSProvider{}
		case RootFSProviderTypeFixedSet:
			(*p)[scheme] = FixedSetRootFSProvider{FixedSet: provider.Set}
		default:
			(*p)[scheme] = nil
		}
	}
	return nil
}

// ArbitraryRootFSProvider offers everything.
type ArbitraryRootFSProvider struct{}

func (ArbitraryRootFSProvider) Type() RootFSProviderType { return RootFSProviderTypeArbitrary }
func (ArbitraryRootFSProvider) Match(url.URL) bool       { return true }

func (p ArbitraryRootFSProvider) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]RootFSProviderType{"type": p.Type()})
}

// FixedSetRootFSProvider offers the root file systems that it lists.
type FixedSetRootFSProvider struct {
	FixedSet StringSet
}

func (FixedSetRootFSProvider) Type() RootFSProviderType { return RootFSProviderTypeFixedSet }

// Match looks for what follows the scheme's colon.
func (p FixedSetRootFSProvider) Match(rootFS url.URL) bool { return p.FixedSet.Contains(rootFS.Opaque) }

func (p FixedSetRootFSProvider) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]any{"type": p.Type(), "set": p.FixedSet})
}

// StringSet is a set of names.
type StringSet map[string]struct{}

// Contains says whether name is in the set.
func (s StringSet) Contains(name string) bool {
	_, ok := s[name]
	return ok
}
