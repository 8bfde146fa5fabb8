package auctionrunner

import (
	"slices"
	"strconv"
	"strings"

	"code.cloudfoundry.org/rostrum"
	"code.cloudfoundry.org/rostrum/auctionrunner/diego"
)

// A signatureReader finds out which cells offer the same for placement constraints. Every cell's
// state has maps and lists of its own, but there are few different ones in a cluster, and cells next
// to each other are mostly alike.
type signatureReader struct {
	recent []*knownSignature // The last few that were met, the last one first.
	byKey  map[string]*knownSignature
	key    []byte
}

// knownSignature is what some cells offer. Of different readers there may be equal ones.
type knownSignature struct {
	rostrum.Signature
	key      string
	position int // In the batch, plus one; 0: it is not there yet.
}

const recentSignatures = 4

// read returns what a cell with this state offers.
func (r *signatureReader) read(state *diego.CellState) *knownSignature {
	for i, known := range r.recent {
		if known.describes(state) {
			r.moveToFront(i)
			return known
		}
	}
	known := r.find(state)
	if len(r.recent) < recentSignatures {
		r.recent = append(r.recent, nil)
	}
	r.recent[len(r.recent)-1] = known
	r.moveToFront(len(r.recent) - 1)
	return known
}

func (r *signatureReader) moveToFront(place int) {
	known := r.recent[place]
	copy(r.recent[1:place+1], r.recent[:place])
	r.recent[0] = known
}

func (r *signatureReader) find(state *diego.CellState) *knownSignature {
	signature := signatureOf(state)
	r.key = appendKey(r.key[:0], &signature)
	if known, ok := r.byKey[string(r.key)]; ok {
		return known
	}
	if r.byKey == nil {
		r.byKey = make(map[string]*knownSignature)
	}
	known := &knownSignature{Signature: signature, key: string(r.key)}
	r.byKey[known.key] = known
	return known
}

func (r *signatureReader) clear() {
	clear(r.recent)
	r.recent = r.recent[:0]
	clear(r.byKey)
}

// A signatureTable knows where signatures are in a batch.
type signatureTable struct{ positions map[string]int }

// position returns the position of a signature in the batch, where it is added if it is new.
func (t *signatureTable) position(known *knownSignature, batch *rostrum.Batch) int {
	if known.position > 0 {
		return known.position - 1
	}
	position, ok := t.positions[known.key]
	if !ok {
		if t.positions == nil {
			t.positions = make(map[string]int)
		}
		position = batch.AddSignature(&known.Signature)
		t.positions[known.key] = position
	}
	known.position = position + 1
	return position
}

func (t *signatureTable) clear() { clear(t.positions) }

// describes says whether a state has this very signature, its lists in this order.
func (k *knownSignature) describes(state *diego.CellState) bool {
	if len(state.RootFSProviders) != len(k.Providers) {
		return false
	}
	for i := range k.Providers {
		known := &k.Providers[i]
		provider, ok := state.RootFSProviders[known.Scheme]
		if !ok || !isProvider(provider, known) {
			return false
		}
	}
	return slices.Equal(state.VolumeDrivers, k.VolumeDrivers) &&
		slices.Equal(state.PlacementTags, k.PlacementTags) &&
		slices.Equal(state.OptionalPlacementTags, k.OptionalPlacementTags)
}

func isProvider(provider diego.RootFSProvider, known *rostrum.Provider) bool {
	kind, set := providerOf(provider)
	if kind != known.Type || len(set) != len(known.Set) {
		return false
	}
	for _, name := range known.Set {
		if _, ok := set[name]; !ok {
			return false
		}
	}
	return true
}

// providerOf says what a provider offers. One of a type that rep did not know when it was decoded is
// nil. It offers nothing, and neither does one of a type that is not rep's.
func providerOf(provider diego.RootFSProvider) (rostrum.ProviderType, diego.StringSet) {
	switch provider := provider.(type) {
	case diego.ArbitraryRootFSProvider:
		return rostrum.ProviderArbitrary, nil
	case diego.FixedSetRootFSProvider:
		return rostrum.ProviderFixedSet, provider.FixedSet
	case *diego.ArbitraryRootFSProvider:
		if provider != nil {
			return rostrum.ProviderArbitrary, nil
		}
	case *diego.FixedSetRootFSProvider:
		if provider != nil {
			return rostrum.ProviderFixedSet, provider.FixedSet
		}
	}
	return rostrum.ProviderUnknown, nil
}

func signatureOf(state *diego.CellState) rostrum.Signature {
	signature := rostrum.Signature{
		VolumeDrivers:         state.VolumeDrivers,
		PlacementTags:         state.PlacementTags,
		OptionalPlacementTags: state.OptionalPlacementTags,
	}
	for scheme, provider := range state.RootFSProviders {
		kind, names := providerOf(provider)
		fed := rostrum.Provider{Scheme: scheme, Type: kind}
		for name := range names {
			fed.Set = append(fed.Set, name)
		}
		slices.Sort(fed.Set)
		signature.Providers = append(signature.Providers, fed)
	}
	slices.SortFunc(signature.Providers, func(a, b rostrum.Provider) int {
		return strings.Compare(a.Scheme, b.Scheme)
	})
	return signature
}

// appendKey writes all of a signature so that no two share a key.
func appendKey(key []byte, signature *rostrum.Signature) []byte {
	for i := range signature.Providers {
		provider := &signature.Providers[i]
		key = appendToKey(key, provider.Scheme)
		key = append(key, byte(provider.Type))
		key = appendListToKey(key, provider.Set)
	}
	key = append(key, '|')
	key = appendListToKey(key, signature.VolumeDrivers)
	key = appendListToKey(key, signature.PlacementTags)
	return appendListToKey(key, signature.OptionalPlacementTags)
}

func appendListToKey(key []byte, texts []string) []byte {
	for _, text := range texts {
		key = appendToKey(key, text)
	}
	return append(key, ';')
}

func appendToKey(key []byte, text string) []byte {
	key = strconv.AppendInt(key, int64(len(text)), 10)
	key = append(key, ':')
	return append(key, text...)
}
