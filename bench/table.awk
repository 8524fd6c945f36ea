# table.awk: the table from the rows and what stats.awk printed, and with "csv=FILE"
# all figures with their ratios in that file. "peers" are their names.

function number(x)
{
	return x == int(x) ? sprintf("%d", x) : sprintf("%.2f", x)
}

# What the ratio is to, or "" if there is none.
function reference_of(name, state, cpus, mib, reference,    word, n)
{
	if (reference == "-")
		return ""
	n = split(reference, word, " ")
	return name " " word[1] " " word[2] " " (n > 2 ? word[3] : cpus) " " (n > 3 ? word[4] : mib)
}

function abs(x)
{
	return x < 0 ? -x : x
}

# Both may be zero: that is the same.
function ratio(x, y)
{
	return x == y ? 1 : y ? x / y : "inf"
}

function decimals(target)
{
	return length(target) - index(target, ".")
}

# met, missed, or nothing without a target.
function verdict(target, key, reference,    word, n, x)
{
	if (target == "-")
		return ""
	split(key, word, " ")
	if (target ~ /^~/) {
		n = substr(target, 2) " " word[2] " tdx0 " word[4] " " word[5]
		if (!(n in median))
			return "no reference"
		return abs(median[key]) <= max[n] - min[n] ? "met" : "missed"
	}
	if (target ~ /^[<0-9]/) {
		if (!(reference in median))
			return "no reference"
		x = ratio(median[key], median[reference])
		if (sub(/~$/, "", target) && median[key] >= min[reference] && median[key] <= max[reference])
			return "met"
		if (target ~ /^</)
			return sprintf("%." decimals(target) "f", x) + 0 <= substr(target, 2) + 0 ? "met" : "missed"
		return sprintf("%." decimals(target) "f", x) == target ? "met" : "missed"
	}
	n = target " " word[2] " on " word[4] " " word[5]
	if (!(n in median))
		return "no reference"
	return median[key] == median[n] ? "met" : "missed, " number(median[n]) " differ"
}

function peer_cell(peer, name, state, cpus, mib, reference,    key)
{
	key = name " " peer " " state " " cpus " " mib
	if (!(key in median))
		return "-"
	if (reference == "" || !(reference in median))
		return number(median[key])
	return sprintf("%.3f", ratio(median[key], median[reference]))
}

function row(name, state, cpus, mib, reference_text, target, text, why,    key, reference, line, p, v)
{
	key = name " series " state " " cpus " " mib
	if (!(key in median)) {
		printf "  %-46s not measured\n", text
		return
	}
	reference = reference_of(name, state, cpus, mib, reference_text)
	line = sprintf("  %-46s %12s %12s %12s %8s", text, number(median[key]), number(min[key]),
		number(max[key]), reference in median ? sprintf("%.3f", ratio(median[key], median[reference])) : "")
	v = verdict(target, key, reference)
	if (v ~ /^missed/) {
		missed++
		notes = notes sprintf("missed: %s%s: %s\n", title, text == "data" ? "" : ": " text,
			why == "" ? "the reason is not known" : why)
	}
	if (v == "met")
		met++
	line = line sprintf(" %-8s", v)
	for (p = 1; p <= nr_peers; p++)
		line = line sprintf(" %10s", peer_cell(peer[p], name, state, cpus, mib, reference))
	sub(/ +$/, "", line)
	print line
	wanted_reference[name " " state " " cpus " " mib] = reference
}

BEGIN {
	FS = " "
	nr_peers = split(peers, peer, " ")
	printf "%-48s %12s %12s %12s %8s %-8s", "", "median", "min", "max", "ratio", "target"
	for (p = 1; p <= nr_peers; p++)
		printf " %10s", sprintf("%c", 96 + p)
	print ""
}

FILENAME == ARGV[1] {
	key = $1 " " $2 " " $3 " " $4 " " $5
	order[++nr_keys] = key
	runs[key] = $6
	median[key] = $7
	min[key] = $8
	max[key] = $9
	next
}

/^#/ || /^$/ { next }

/^\[/ {
	title = substr($0, 2, length($0) - 2)
	print title
	next
}

{
	split($0, field, "|")
	row(field[1], field[2], field[3], field[4], field[5], field[6], field[7], field[8])
}

END {
	printf "%s", notes
	printf "%d targets met, %d missed\n", met, missed
	print "figure,kernel,loaded,cpus,mib,runs,median,min,max,ratio" > csv
	for (k = 1; k <= nr_keys; k++) {
		split(order[k], word, " ")
		reference = wanted_reference[word[1] " " word[3] " " word[4] " " word[5]]
		line = order[k]
		gsub(/ /, ",", line)
		print line "," runs[order[k]] "," number(median[order[k]]) "," number(min[order[k]]) "," \
			number(max[order[k]]) "," \
			(reference in median ? sprintf("%.4f", ratio(median[order[k]], median[reference])) : "") > csv
	}
}
