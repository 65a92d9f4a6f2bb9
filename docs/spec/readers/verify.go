// A reader of the log in Go, from the specification and the standard library alone:
//
//	go run docs/spec/readers/verify.go tests/vectors
//
// It holds every case of the vectors and prints how many.
package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

var strict struct {
	Ed25519 struct {
		SmallOrder []string `json:"small_order"`
		Signatures []struct {
			Valid                      bool
			Public, Message, Signature string
		}
	}
	Base64url struct {
		Valid   []struct{ Text, Bytes string }
		Refused []string
	}
	Unassigned [][2]rune
}

// 1. Canonical JSON: parse, write again, compare. Go's decoder takes doubled names (the last one
// counts), puts U+FFFD for what is no UTF-8, and into a struct it matches names in any case: so
// nothing is ever decoded into a struct before these bytes were compared.
var integer = regexp.MustCompile(`^(0|-?[1-9][0-9]{0,15})$`)

func canonical(out *bytes.Buffer, value any, depth int) error {
	if depth >= 32 {
		return errors.New("too deep")
	}
	switch value := value.(type) {
	case nil, bool:
		fmt.Fprint(out, map[any]string{nil: "null", true: "true", false: "false"}[value])
	case json.Number:
		number, err := strconv.ParseInt(value.String(), 10, 64)
		if err != nil || !integer.MatchString(value.String()) || number > 1<<53-1 || number < 1-1<<53 {
			return errors.New("not an integer")
		}
		out.WriteString(value.String())
	case string:
		return text(out, value)
	case []any:
		return list(out, "[]", len(value), func(n int) error {
			return canonical(out, value[n], depth+1)
		})
	case map[string]any:
		var names []string
		for name := range value {
			names = append(names, name)
		}
		sort.Strings(names) // bytes: the order of RFC 8785 for ASCII, and there are no other names
		return list(out, "{}", len(names), func(n int) error {
			if strings.IndexFunc(names[n], func(point rune) bool { return point > 0x7f }) >= 0 {
				return errors.New("a name that is not ASCII")
			}
			if err := text(out, names[n]); err != nil {
				return err
			}
			out.WriteByte(':')
			return canonical(out, value[names[n]], depth+1)
		})
	}
	return nil
}

func list(out *bytes.Buffer, marks string, length int, item func(int) error) error {
	out.WriteByte(marks[0])
	for n := 0; n < length; n++ {
		if n > 0 {
			out.WriteByte(',')
		}
		if err := item(n); err != nil {
			return err
		}
	}
	out.WriteByte(marks[1])
	return nil
}

// text writes a string as RFC 8785 does. encoding/json would also escape <, >, &, U+2028, U+2029.
func text(out *bytes.Buffer, value string) error {
	short := map[rune]string{'"': `\"`, '\\': `\\`, '\b': `\b`, '\t': `\t`, '\n': `\n`, '\f': `\f`, '\r': `\r`}
	out.WriteByte('"')
	for _, point := range value {
		after := sort.Search(len(strict.Unassigned), func(n int) bool { return strict.Unassigned[n][1] >= point })
		if after < len(strict.Unassigned) && strict.Unassigned[after][0] <= point {
			return errors.New("an unassigned code point")
		}
		if escape, ok := short[point]; ok {
			out.WriteString(escape)
		} else if point < 0x20 {
			fmt.Fprintf(out, `\u%04x`, point)
		} else {
			out.WriteRune(point)
		}
	}
	out.WriteByte('"')
	return nil
}

func readCanonical(data []byte) (any, error) {
	var value any
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber() // else every number becomes a float64
	if err := decoder.Decode(&value); err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); err != io.EOF || !utf8.Valid(data) {
		return nil, errors.New("more than one value, or no UTF-8")
	}
	var again bytes.Buffer
	if err := canonical(&again, value, 0); err != nil {
		return nil, err
	}
	if !bytes.Equal(again.Bytes(), data) {
		return nil, errors.New("not canonical")
	}
	return value, nil
}

// 2. Base64 has one text for any bytes. Strict() looks at stray bits, but newlines pass it.
func decode(encoding *base64.Encoding, text string) ([]byte, error) {
	data, err := encoding.DecodeString(text)
	if err != nil || encoding.EncodeToString(data) != text {
		return nil, errors.New("not strict base64")
	}
	return data, nil
}

// 3. Ed25519: what no library may be asked. Go refuses S >= L, and takes small-order keys.
var (
	prime, _ = new(big.Int).SetString("7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed", 16)
	order, _ = new(big.Int).SetString("1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed", 16)
)

func little(data []byte) *big.Int {
	turned := make([]byte, len(data))
	for n, value := range data {
		turned[len(data)-1-n] = value
	}
	return new(big.Int).SetBytes(turned)
}

func checkPoint(data []byte) error {
	for _, unsafe := range strict.Ed25519.SmallOrder {
		if hex.EncodeToString(data) == unsafe {
			return errors.New("an unsafe point")
		}
	}
	if len(data) != 32 || little(append(data[:31:31], data[31]&0x7f)).Cmp(prime) >= 0 {
		return errors.New("a point in another form")
	}
	return nil
}

func verifyEd25519(key, message, signature []byte) error {
	if len(signature) != 64 || little(signature[32:]).Cmp(order) >= 0 {
		return errors.New("no signature")
	}
	if err := checkPoint(key); err != nil {
		return err
	}
	if err := checkPoint(signature[:32]); err != nil {
		return err
	}
	if !ed25519.Verify(key, message, signature) {
		return errors.New("a false signature")
	}
	return nil
}

// 4. The tree, as RFC 6962 defines it. Proofs are read from their end.
func hash(parts ...[]byte) []byte {
	sum := sha256.Sum256(bytes.Join(parts, nil))
	return sum[:]
}

func leafHash(data []byte) []byte    { return hash([]byte{0}, data) }
func node(left, right []byte) []byte { return hash([]byte{1}, left, right) }

func split(size int64) int64 {
	k := int64(1)
	for k < size-k {
		k *= 2
	}
	return k
}

// path is a proof that is used up from its end; short says that it was too short.
type path struct {
	hashes [][]byte
	short  bool
}

func (p *path) pop() []byte {
	if len(p.hashes) == 0 {
		p.short = true
		return nil
	}
	last := p.hashes[len(p.hashes)-1]
	p.hashes = p.hashes[:len(p.hashes)-1]
	return last
}

func (p *path) root(index, size int64, leaf []byte) []byte {
	if size == 1 || p.short {
		return leaf
	}
	sibling, k := p.pop(), split(size)
	if index < k {
		return node(p.root(index, k, leaf), sibling)
	}
	return node(sibling, p.root(index-k, size-k, leaf))
}

func (p *path) roots(old, size int64, oldRoot []byte, whole bool) ([]byte, []byte) {
	if old == size && whole || p.short {
		return oldRoot, oldRoot
	}
	last := p.pop()
	if old == size {
		return last, last
	}
	k := split(size)
	if old <= k {
		before, after := p.roots(old, k, oldRoot, whole)
		return before, node(after, last)
	}
	before, after := p.roots(old-k, size-k, oldRoot, false)
	return node(last, before), node(last, after)
}

func checkHashes(hashes ...[]byte) error {
	for _, item := range hashes {
		if len(item) != 32 {
			return errors.New("a hash has not 32 bytes")
		}
	}
	return nil
}

func verifyInclusion(index, size int64, leaf []byte, proof [][]byte, root []byte) error {
	if index < 0 || index >= size {
		return errors.New("no such index")
	}
	if err := checkHashes(append(proof[:len(proof):len(proof)], leaf, root)...); err != nil {
		return err
	}
	rest := &path{hashes: proof}
	if found := rest.root(index, size, leaf); rest.short || len(rest.hashes) > 0 || !bytes.Equal(found, root) {
		return errors.New("the proof leads elsewhere")
	}
	return nil
}

func verifyConsistency(old int64, oldRoot []byte, size int64, root []byte, proof [][]byte) error {
	if old <= 0 || old > size {
		return errors.New("nothing to prove") // from size 0 nothing is proven
	}
	if err := checkHashes(append(proof[:len(proof):len(proof)], oldRoot, root)...); err != nil {
		return err
	}
	rest := &path{hashes: proof}
	before, after := rest.roots(old, size, oldRoot, true)
	if rest.short || len(rest.hashes) > 0 || !bytes.Equal(before, oldRoot) || !bytes.Equal(after, root) {
		return errors.New("the proof leads elsewhere")
	}
	return nil
}

// 5. Notes: lines of unknown keys are nothing, a line of a known key that fails voids the note.
type noteKey struct {
	name, id string
	kind     byte
	key      []byte
}

func readKey(text string) (noteKey, error) {
	parts := strings.SplitN(text, "+", 3)
	data, err := decode(base64.StdEncoding, parts[2])
	if err != nil || len(data) != 33 || hex.EncodeToString(hash([]byte(parts[0]+"\n"), data)[:4]) != parts[1] {
		return noteKey{}, errors.New("another key id")
	}
	return noteKey{parts[0], parts[1], data[0], data[1:]}, checkPoint(data[1:])
}

type head struct {
	size     int64
	root     []byte
	cosigned map[string]int64
}

var (
	control    = regexp.MustCompile("[\x00-\x09\x0b-\x1f]")
	sigLine    = regexp.MustCompile(`^— ([^\s+]+) (\S+)$`)
	checkpoint = regexp.MustCompile(`^([^\n]+)\n(0|[1-9][0-9]{0,17})\n([^\n]+)\n$`)
)

func openHead(note, origin string, keys []noteKey) (head, error) {
	end := strings.LastIndex(note, "\n\n")
	if end < 0 || control.MatchString(note) || !utf8.ValidString(note) || !strings.HasSuffix(note, "\n") {
		return head{}, errors.New("no note")
	}
	body, found, signed := note[:end+1], head{cosigned: map[string]int64{}}, false
	for _, line := range strings.Split(strings.TrimSuffix(note[end+2:], "\n"), "\n") {
		parts := sigLine.FindStringSubmatch(line)
		if parts == nil {
			return head{}, errors.New("no signature line")
		}
		data, err := decode(base64.StdEncoding, parts[2])
		if err != nil || len(data) < 5 {
			return head{}, errors.New("no signature")
		}
		for _, key := range keys {
			if key.name != parts[1] || key.id != hex.EncodeToString(data[:4]) {
				continue
			}
			said, signature := []byte(body), data[4:]
			if key.kind == 4 {
				if len(data) != 76 || data[4] > 0x7f { // a time of 2^63 or more
					return head{}, errors.New("no cosignature")
				}
				at := int64(binary.BigEndian.Uint64(data[4:12]))
				said, signature = []byte(fmt.Sprintf("cosignature/v1\ntime %d\n%s", at, body)), data[12:]
				if known, ok := found.cosigned[key.name]; !ok || at < known {
					found.cosigned[key.name] = at
				}
			} else {
				signed = true
			}
			if err := verifyEd25519(key.key, said, signature); err != nil {
				return head{}, err
			}
		}
	}
	parts := checkpoint.FindStringSubmatch(body)
	if !signed || parts == nil || parts[1] != origin {
		return head{}, errors.New("not a checkpoint of this log")
	}
	found.size, _ = strconv.ParseInt(parts[2], 10, 64)
	root, err := decode(base64.StdEncoding, parts[3])
	if err != nil || len(root) != 32 || (found.size == 0) != bytes.Equal(root, hash()) {
		return head{}, errors.New("no root of this size")
	}
	found.root = root
	return found, nil
}

// 6. Entries and receipts.
func readEntry(data []byte) (int64, error) {
	value, err := readCanonical(data)
	if err != nil || len(data) > 16_384 {
		return 0, errors.New("not canonical, or too large")
	}
	fields, _ := value.(map[string]any)
	at, _ := fields["at"].(string)
	instant, err := time.Parse("2006-01-02T15:04:05.000Z", at)
	if err != nil || instant.Format("2006-01-02T15:04:05.000Z") != at {
		return 0, errors.New("no instant")
	}
	_, isObject := fields["command"].(map[string]any)
	if len(fields) != 7 || fields["v"] != json.Number("1") || !isObject {
		return 0, errors.New("other fields")
	}
	for _, name := range []string{"prev", "effects"} {
		digest, _ := fields[name].(string)
		if data, err := decode(base64.RawURLEncoding, digest); err != nil || len(data) != 32 {
			return 0, errors.New("no digest")
		}
	}
	rules, _ := fields["rules"].(json.Number)
	seq, _ := fields["seq"].(json.Number)
	if number, err := rules.Int64(); err != nil || number < 1 {
		return 0, errors.New("no rules number")
	}
	number, err := seq.Int64()
	if err != nil || number < 0 {
		return 0, errors.New("no number of an entry")
	}
	return number, nil
}

func verifyReceipt(text string, data []byte, origin string, keys []noteKey) error {
	seq, err := readEntry(data)
	if err != nil {
		return err
	}
	top, note, _ := strings.Cut(text, "\n\n")
	lines := strings.Split(top, "\n")
	if len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" || lines[1] != fmt.Sprintf("index %d", seq) {
		return errors.New("no receipt of this entry")
	}
	var proof [][]byte
	for _, line := range lines[2:] {
		item, err := decode(base64.StdEncoding, line)
		if err != nil {
			return err
		}
		proof = append(proof, item)
	}
	head, err := openHead(note, origin, keys)
	if err != nil {
		return err
	}
	return verifyInclusion(seq, head.size, leafHash(data), proof, head.root)
}

// 7. Commands: the signatures cover header and payload as the texts they came in.
func verifyCommand(submission string, keys map[string][]byte) error {
	var sent struct {
		Command struct {
			Payload    string
			Signatures []struct{ Protected, Signature string }
		}
		Disclosures []string
	}
	if err := json.Unmarshal([]byte(submission), &sent); err != nil { // itself it is not signed
		return err
	}
	payload, err := decode(base64.RawURLEncoding, sent.Command.Payload)
	if err != nil {
		return err
	}
	if _, err := readCanonical(payload); err != nil {
		return err
	}
	if count := len(sent.Command.Signatures); count < 1 || count > 4 {
		return errors.New("one to four signatures")
	}
	last := ""
	for _, item := range sent.Command.Signatures {
		header, err := decode(base64.RawURLEncoding, item.Protected)
		if err != nil {
			return err
		}
		value, err := readCanonical(header)
		fields, _ := value.(map[string]any)
		kid, _ := fields["kid"].(string)
		if err != nil || len(fields) != 3 || fields["alg"] != "Ed25519" || fields["typ"] != "duebill-command+jws" {
			return errors.New("another header")
		}
		signature, err := decode(base64.RawURLEncoding, item.Signature)
		if err != nil || kid <= last {
			return errors.New("not sorted by key, one per key")
		}
		said := []byte(item.Protected + "." + sent.Command.Payload)
		if err := verifyEd25519(keys[kid], said, signature); err != nil {
			return err
		}
		last = kid
	}
	for _, text := range sent.Disclosures {
		data, err := decode(base64.RawURLEncoding, text)
		if err != nil {
			return err
		}
		value, err := readCanonical(data)
		parts, _ := value.([]any)
		if err != nil || len(parts) != 3 {
			return errors.New("no disclosure")
		}
		sealed := fmt.Sprintf(`"%s":{"sd":"%s"}`, parts[1], base64.RawURLEncoding.EncodeToString(hash([]byte(text))))
		if !bytes.Contains(payload, []byte(sealed)) {
			return errors.New("a disclosure of nothing")
		}
	}
	return nil
}

// Every case of the vectors must be as it says.
var counts = map[string]int{}

func hold(name string, valid bool, err error) {
	if (err == nil) != valid {
		must(fmt.Errorf("%s %d: %v", name, counts[name], err))
	}
	counts[name]++
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func read(name string, into any) {
	data, err := os.ReadFile(filepath.Join(os.Args[1], name+".json"))
	must(err)
	must(json.Unmarshal(data, into))
}

func unhex(texts ...string) [][]byte {
	found := make([][]byte, len(texts))
	for n, text := range texts {
		data, err := hex.DecodeString(text)
		must(err)
		found[n] = data
	}
	return found
}

func holdTexts() {
	var canon struct {
		Canonical []struct{ Form string }
		Refused   []struct{ Text string }
	}
	read("canonical", &canon)
	for _, item := range canon.Canonical {
		_, err := readCanonical([]byte(item.Form))
		hold("canonical", true, err)
	}
	for _, item := range canon.Refused {
		_, err := readCanonical([]byte(item.Text))
		hold("canonical", false, err)
	}
	for _, item := range strict.Base64url.Valid {
		_, err := decode(base64.RawURLEncoding, item.Text)
		hold("base64url", true, err)
	}
	for _, item := range strict.Base64url.Refused {
		_, err := decode(base64.RawURLEncoding, item)
		hold("base64url", false, err)
	}
	for _, item := range strict.Ed25519.Signatures {
		parts := unhex(item.Public, item.Message, item.Signature)
		hold("ed25519", item.Valid, verifyEd25519(parts[0], parts[1], parts[2]))
	}
}

func holdProofs() {
	var proofs struct {
		Inclusion []struct {
			Valid       bool
			Index, Size int64
			LeafHash    string `json:"leaf_hash"`
			Root        string
			Proof       []string
		}
		Consistency []struct {
			Valid    bool
			Old, New int64
			OldRoot  string `json:"old_root"`
			NewRoot  string `json:"new_root"`
			Proof    []string
		}
	}
	read("proofs", &proofs)
	for _, item := range proofs.Inclusion {
		ends := unhex(item.LeafHash, item.Root)
		err := verifyInclusion(item.Index, item.Size, ends[0], unhex(item.Proof...), ends[1])
		hold("inclusion", item.Valid, err)
	}
	for _, item := range proofs.Consistency {
		ends := unhex(item.OldRoot, item.NewRoot)
		err := verifyConsistency(item.Old, ends[0], item.New, ends[1], unhex(item.Proof...))
		hold("consistency", item.Valid, err)
	}
}

func holdLog() {
	var notes struct {
		Origin      string
		KnownKeys   []string `json:"known_keys"`
		Checkpoints []struct {
			Valid bool
			Size  int64
			Root  string
			Note  string
		}
	}
	var entries struct {
		Entries []struct{ Data, Receipt string }
		Refused []struct{ Data string }
	}
	var cosigned struct {
		Policy, Origin string
		Heads          []struct {
			Valid    bool
			Note     string
			Cosigned map[string]int64
		}
	}
	read("notes", &notes)
	read("entries", &entries)
	read("cosignatures", &cosigned)
	keys := readKeys(notes.KnownKeys)
	for _, item := range notes.Checkpoints {
		found, err := openHead(item.Note, notes.Origin, keys)
		if err == nil && (found.size != item.Size || hex.EncodeToString(found.root) != item.Root) {
			err = errors.New("another head")
		}
		hold("heads", item.Valid, err)
	}
	trusted := readKeys(regexp.MustCompile(`\S+\+[0-9a-f]{8}\+\S+`).FindAllString(cosigned.Policy, -1))
	for _, item := range cosigned.Heads {
		found, err := openHead(item.Note, cosigned.Origin, trusted)
		for name, at := range found.cosigned {
			if item.Cosigned[strings.Split(name, ".")[0]] != at || len(item.Cosigned) != len(found.cosigned) {
				err = errors.New("other cosignatures")
			}
		}
		hold("cosigned", item.Valid, err)
	}
	for _, item := range entries.Entries {
		hold("receipts", true, verifyReceipt(item.Receipt, []byte(item.Data), notes.Origin, keys))
	}
	for _, item := range entries.Refused {
		_, err := readEntry([]byte(item.Data))
		hold("entries", false, err)
	}
}

func holdCommands() {
	var bound struct {
		Keys []struct {
			Kid string
			Jwk struct{ X string }
		}
	}
	var commands struct {
		One string `json:"one_signer"`
		Two string `json:"two_signers"`
	}
	read("keys", &bound)
	read("commands", &commands)
	keys := map[string][]byte{}
	for _, item := range bound.Keys {
		key, err := decode(base64.RawURLEncoding, item.Jwk.X)
		must(err)
		keys[item.Kid] = key
	}
	hold("commands", true, verifyCommand(commands.One, keys))
	hold("commands", true, verifyCommand(commands.Two, keys))
	changed := strings.Replace(commands.One, `"payload":"eyJhdWQ`, `"payload":"eyJhdWR`, 1)
	hold("commands", false, verifyCommand(changed, keys))
}

func readKeys(texts []string) []noteKey {
	var keys []noteKey
	for _, text := range texts {
		key, err := readKey(text)
		must(err)
		keys = append(keys, key)
	}
	return keys
}

func main() {
	read("strict", &strict)
	holdTexts()
	holdProofs()
	holdLog()
	holdCommands()
	must(json.NewEncoder(os.Stdout).Encode(counts))
}
