// Package scheduling defines once what Diego has in its package rep until June 2026, and in bbs/models
// since. Diego has no package of this name: import those that it has, which alias these types.
package scheduling
