// Command tree computes, with golang.org/x/mod/sumdb/tlog alone, the roots and all proofs of the
// trees over the first 0 to n leaves that stand on standard input, a JSON list of hex texts.
// make_foreign_tree.py compares them with what another program computes.
package main

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"

	"golang.org/x/mod/sumdb/tlog"
)

type proof struct {
	First, Second int64
	Hashes        []string
}

func main() {
	var inputs []string
	check(json.NewDecoder(os.Stdin).Decode(&inputs))
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		found := make([]tlog.Hash, len(indexes))
		for n, index := range indexes {
			found[n] = stored[index]
		}
		return found, nil
	})
	var roots []string
	var inclusion, consistency []proof
	for n, input := range inputs {
		data, err := hex.DecodeString(input)
		check(err)
		added, err := tlog.StoredHashes(int64(n), data, reader)
		check(err)
		stored = append(stored, added...)
		size := int64(n) + 1
		root, err := tlog.TreeHash(size, reader)
		check(err)
		roots = append(roots, hex.EncodeToString(root[:]))
		for index := int64(0); index < size; index++ {
			path, err := tlog.ProveRecord(size, index, reader)
			check(err)
			inclusion = append(inclusion, proof{index, size, texts(path)})
			growth, err := tlog.ProveTree(size, index+1, reader)
			check(err)
			consistency = append(consistency, proof{index + 1, size, texts(growth)})
		}
	}
	check(json.NewEncoder(os.Stdout).Encode(map[string]any{
		"roots": roots, "inclusion": inclusion, "consistency": consistency,
	}))
}

func texts(hashes []tlog.Hash) []string {
	found := make([]string, len(hashes))
	for n, hash := range hashes {
		found[n] = hex.EncodeToString(hash[:])
	}
	return found
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
