# stats.awk: "NAME KERNEL STATE CPUS MIB VALUE", one line a run, to
# "NAME KERNEL STATE CPUS MIB RUNS MEDIAN MIN MAX", with the figures that follow from
# others: what is held beyond PAMT and tdx=0, what a fallback patches beyond tdx=0, and
# the cost of each further CPU and GiB.

function add(name, kernel, state, cpus, mib, x,    key)
{
	key = name " " kernel " " state " " cpus " " mib
	if (!(key in runs))
		order[++nr_keys] = key
	value[key, ++runs[key]] = x
}

# Also sorts the values.
function median(key,    i, j, x, n)
{
	n = runs[key]
	for (i = 2; i <= n; i++) {
		x = value[key, i]
		for (j = i - 1; j > 0 && value[key, j] > x; j--)
			value[key, j + 1] = value[key, j]
		value[key, j + 1] = x
	}
	return n % 2 ? value[key, (n + 1) / 2] : (value[key, n / 2] + value[key, n / 2 + 1]) / 2
}

# each further one of N - M, run by run.
function further(name, from, where, at, before, n, m,    key, reference, i)
{
	key = from " " where " " at
	reference = from " " where " " before
	if (!(key in runs) || !(reference in runs))
		return
	split(where " " at, word, " ")
	for (i = 1; i <= runs[key] && i <= runs[reference]; i++)
		add(name, word[1], word[2], word[3], word[4],
			(value[key, i] - value[reference, i]) / (n - m))
}

# What a load has more of, run by run, than one with tdx=0 has in the middle.
function beyond(name, from, kernel, state, where,    key, without, i, pamt)
{
	key = from " " kernel " " state " " where
	without = from " " kernel " tdx0 " where
	if (!(key in runs) || !(without in runs))
		return
	split(where, word, " ")
	for (i = 1; i <= runs[key]; i++) {
		pamt = from == "held" && state == "on" ? value["pamt " kernel " on " where, i] : 0
		add(name, kernel, state, word[1], word[2], value[key, i] - pamt - median(without))
	}
}

{
	add($1, $2, $3, $4, $5, $6)
	kernels[$2]
}

END {
	for (kernel in kernels) {
		beyond("held-beyond", "held", kernel, "on", "1 512")
		beyond("held-beyond", "held", kernel, "fallback", "1 512")
		beyond("revert-sites", "load-sites", kernel, "fallback", "2 512")
		beyond("revert-trampolines", "load-trampolines", kernel, "fallback", "2 512")
	}
	further("per-cpu", "init", "series on", "2 512", "1 512", 2, 1)
	further("per-cpu", "init", "series on", "4 512", "2 512", 4, 2)
	further("per-cpu", "init", "series on", "8 512", "4 512", 8, 4)
	further("per-gib", "init", "series on", "1 2048", "1 1024", 2, 1)
	further("per-gib", "init", "series on", "1 3072", "1 2048", 3, 2)
	further("per-gib", "init", "series on", "1 5120", "1 3072", 4, 3)
	for (k = 1; k <= nr_keys; k++) {
		key = order[k]
		middle = median(key)
		print key, runs[key], middle, value[key, 1], value[key, runs[key]]
	}
}
