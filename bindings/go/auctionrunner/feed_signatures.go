package auctionrunner

import (
	"slices"
	"strconv"
	"strings"

	"code.cloudfoundry.org/rep"
	"code.cloudfoundry.org/rostrum"
)

// A signatureTable finds out which cells offer the same for placement constraints. Every cell's
// state has maps and lists of its own, but there are few different ones in a cluster, and cells next
// to each other are mostly alike.
type signatureTable struct {
	recent []*knownSignature // The last few that were met, the last one first.
	byKey  map[string]*knownSignature
	key    []byte
}

type knownSignature struct {
	rostrum.Signature
	position int // In the batch.
}

const recentSignatures = 4

func (t *signatureTable) reset() {
	clear(t.recent)
	t.recent = t.recent[:0]
	clear(t.byKey)
}

// position returns the position of the state's signature in the batch, where it is added if it is
// new.
func (t *signatureTable) position(state *rep.CellState, batch *rostrum.Batch) int {
	for i, known := range t.recent {
		if known.describes(state) {
			t.moveToFront(i)
			return known.position
		}
	}
	known := t.find(state, batch)
	if len(t.recent) < recentSignatures {
		t.recent = append(t.recent, nil)
	}
	t.recent[len(t.recent)-1] = known
	t.moveToFront(len(t.recent) - 1)
	return known.position
}

func (t *signatureTable) moveToFront(place int) {
	known := t.recent[place]
	copy(t.recent[1:place+1], t.recent[:place])
	t.recent[0] = known
}

func (t *signatureTable) find(state *rep.CellState, batch *rostrum.Batch) *knownSignature {
	signature := signatureOf(state)
	key := t.keyOf(&signature)
	if known, ok := t.byKey[string(key)]; ok {
		return known
	}
	if t.byKey == nil {
		t.byKey = make(map[string]*knownSignature)
	}
	known := &knownSignature{signature, batch.AddSignature(&signature)}
	t.byKey[string(key)] = known
	return known
}

// describes says whether a state has this very signature, its lists in this order.
func (k *knownSignature) describes(state *rep.CellState) bool {
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

func isProvider(provider rep.RootFSProvider, known *rostrum.Provider) bool {
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
func providerOf(provider rep.RootFSProvider) (rostrum.ProviderType, rep.StringSet) {
	switch provider := provider.(type) {
	case rep.ArbitraryRootFSProvider:
		return rostrum.ProviderArbitrary, nil
	case rep.FixedSetRootFSProvider:
		return rostrum.ProviderFixedSet, provider.FixedSet
	case *rep.ArbitraryRootFSProvider:
		if provider != nil {
			return rostrum.ProviderArbitrary, nil
		}
	case *rep.FixedSetRootFSProvider:
		if provider != nil {
			return rostrum.ProviderFixedSet, provider.FixedSet
		}
	}
	return rostrum.ProviderUnknown, nil
}

func signatureOf(state *rep.CellState) rostrum.Signature {
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

// keyOf writes all of a signature so that no two share a key. The key is good until the next one.
func (t *signatureTable) keyOf(signature *rostrum.Signature) []byte {
	key := t.key[:0]
	for i := range signature.Providers {
		provider := &signature.Providers[i]
		key = appendToKey(key, provider.Scheme)
		key = append(key, byte(provider.Type))
		key = appendListToKey(key, provider.Set)
	}
	key = append(key, '|')
	key = appendListToKey(key, signature.VolumeDrivers)
	key = appendListToKey(key, signature.PlacementTags)
	t.key = appendListToKey(key, signature.OptionalPlacementTags)
	return t.key
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
