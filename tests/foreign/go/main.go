// Command foreign holds a log against golang.org/x/mod/sumdb, the software of Go's own checksum
// database. It shares nothing with this project but the files it reads (see ../growing.py):
//
//	foreign FOLDER
//
// It opens every signed head, reads the tiles as Go's client authenticates them, and checks every
// proof twice: against the head, and against the one that it makes itself from the tiles.
package main

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8 // of a tile, in levels of the tree: C2SP tlog-tiles fixes it

// tiles reads the tiles of a folder. Go's tile paths name the height; those of tlog-tiles do not.
type tiles struct{ folder string }

func (t tiles) Height() int { return height }

func (t tiles) ReadTiles(asked []tlog.Tile) ([][]byte, error) {
	var found [][]byte
	for _, tile := range asked {
		path := strings.Replace(tile.Path(), fmt.Sprintf("tile/%d/", height), "tile/", 1)
		data, err := os.ReadFile(filepath.Join(t.folder, path))
		if err != nil {
			return nil, err
		}
		found = append(found, data)
	}
	return found, nil
}

func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}

// log is what was read: heads by size, and entries.
type log struct {
	folder  string
	heads   map[int64]tlog.Tree
	entries [][]byte
}

func (l *log) reader(size int64) tlog.HashReader {
	return tlog.TileHashReader(l.heads[size], tiles{l.folder})
}

func main() {
	counts, err := run(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	json.NewEncoder(os.Stdout).Encode(counts)
}

func run(folder string) (map[string]int, error) {
	l := &log{folder: folder, heads: map[int64]tlog.Tree{}}
	counts := map[string]int{}
	for _, step := range []struct {
		name string
		do   func() (int, error)
	}{{"heads", l.readHeads}, {"entries", l.readEntries}, {"inclusion", l.checkInclusion},
		{"consistency", l.checkConsistency}} {
		count, err := step.do()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", step.name, err)
		}
		counts[step.name] = count
	}
	return counts, nil
}

// readHeads opens each signed note with the log's key and takes size and root from its text.
func (l *log) readHeads() (int, error) {
	vkey, err := os.ReadFile(filepath.Join(l.folder, "vkey"))
	if err != nil {
		return 0, err
	}
	verifier, err := note.NewVerifier(strings.TrimSpace(string(vkey)))
	if err != nil {
		return 0, err
	}
	return lines(l.folder, "heads.ndjson", func(head struct {
		Size int64
		Note string
	}) error {
		opened, err := note.Open([]byte(head.Note), note.VerifierList(verifier))
		if err != nil {
			return err
		}
		parts := strings.Split(opened.Text, "\n")
		if len(parts) != 4 || parts[0] != verifier.Name() {
			return fmt.Errorf("the text of head %d has another form", head.Size)
		}
		size, err := strconv.ParseInt(parts[1], 10, 64)
		if err != nil || size != head.Size {
			return fmt.Errorf("head %d says size %s", head.Size, parts[1])
		}
		root, err := tlog.ParseHash(parts[2])
		l.heads[size] = tlog.Tree{N: size, Hash: root}
		return err
	})
}

// readEntries reads the bundles of the largest head, and every leaf hash of it as Go's client
// does: tiles are authenticated against the root, then each entry against its leaf.
func (l *log) readEntries() (int, error) {
	var largest int64
	for size := range l.heads {
		if size > largest {
			largest = size
		}
	}
	var indexes []int64
	for n := int64(0); n < largest; n++ {
		indexes = append(indexes, tlog.StoredHashIndex(0, n))
	}
	for n := int64(0); n*256 < largest; n++ {
		width := 256
		if largest-n*256 < 256 {
			width = int(largest - n*256)
		}
		path := tlog.Tile{H: height, L: 0, N: n, W: width}.Path()
		path = strings.Replace(path, fmt.Sprintf("tile/%d/0/", height), "tile/entries/", 1)
		data, err := os.ReadFile(filepath.Join(l.folder, path))
		if err != nil {
			return 0, err
		}
		for len(data) > 0 {
			end := 2 + int(binary.BigEndian.Uint16(data))
			l.entries = append(l.entries, data[2:end])
			data = data[end:]
		}
	}
	if int64(len(l.entries)) != largest {
		return 0, fmt.Errorf("%d entries under a head of %d", len(l.entries), largest)
	}
	leaves, err := l.reader(largest).ReadHashes(indexes)
	if err != nil {
		return 0, err
	}
	for n, leaf := range leaves {
		if leaf != tlog.RecordHash(l.entries[n]) {
			return 0, fmt.Errorf("entry %d does not hash to its leaf", n)
		}
	}
	return len(leaves), nil
}

func (l *log) checkInclusion() (int, error) {
	return lines(l.folder, "inclusion.ndjson", func(asked struct {
		Index, Size int64
		Proof       tlog.RecordProof
	}) error {
		leaf := tlog.RecordHash(l.entries[asked.Index])
		head := l.heads[asked.Size]
		if err := tlog.CheckRecord(asked.Proof, head.N, head.Hash, asked.Index, leaf); err != nil {
			return fmt.Errorf("entry %d of %d: %w", asked.Index, asked.Size, err)
		}
		own, err := tlog.ProveRecord(head.N, asked.Index, l.reader(asked.Size))
		if err != nil {
			return err
		}
		return same(asked.Proof, own)
	})
}

func (l *log) checkConsistency() (int, error) {
	return lines(l.folder, "consistency.ndjson", func(asked struct {
		Old, New int64
		Proof    tlog.TreeProof
	}) error {
		before, after := l.heads[asked.Old], l.heads[asked.New]
		if err := tlog.CheckTree(asked.Proof, after.N, after.Hash, before.N, before.Hash); err != nil {
			return fmt.Errorf("from %d to %d: %w", asked.Old, asked.New, err)
		}
		own, err := tlog.ProveTree(after.N, before.N, l.reader(asked.New))
		if err != nil {
			return err
		}
		return same(asked.Proof, own)
	})
}

func same(given, own []tlog.Hash) error {
	if len(given) != len(own) {
		return fmt.Errorf("the proof has %d hashes, Go's has %d", len(given), len(own))
	}
	for n := range given {
		if given[n] != own[n] {
			return fmt.Errorf("hash %d differs from Go's own", n)
		}
	}
	return nil
}

// lines gives each line of a file to `do` and says how many there were.
func lines[T any](folder, name string, do func(T) error) (int, error) {
	file, err := os.Open(filepath.Join(folder, name))
	if err != nil {
		return 0, err
	}
	defer file.Close()
	count := 0
	scanner := bufio.NewScanner(file)
	for ; scanner.Scan(); count++ {
		var line T
		if err := json.Unmarshal(scanner.Bytes(), &line); err != nil {
			return count, err
		}
		if err := do(line); err != nil {
			return count, err
		}
	}
	return count, scanner.Err()
}
