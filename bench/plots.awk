# plots.awk: from what stats.awk printed the data of the plots, DIR/NAME.dat for
# bench/NAME.gp. "dir", "peers" and "reference" are set. What was not measured is a "?".

function cell(x)
{
	printf " %s", x == "" ? "?" : x > file
}

function quotient(x, y)
{
	return x != "" && y ? x / y : ""
}

{
	value[$1, $2, $3, $4, $5] = $7
	low[$1, $2, $3, $4, $5] = $8
	high[$1, $2, $3, $4, $5] = $9
}

function exits(    kinds, kind, i, j, n)
{
	file = dir "/exits.dat"
	printf "exit \"series, tdx=0\" \"series, fallback\" \"series, TDX on\"" > file
	for (j = 1; j <= nr_peers; j++)
		printf " \"%s, TDX on\"", peer[j] > file
	print "" > file
	n = split("cpuid pio hlt ept rdmsr", kinds, " ")
	for (i = 1; i <= n; i++) {
		kind = "exit-" kinds[i]
		unpatched = value[kind, reference, "unpatched", 1, 512]
		printf "%s", kinds[i] > file
		cell(quotient(value[kind, "series", "tdx0", 1, 512], unpatched))
		cell(quotient(value[kind, "series", "fallback", 1, 512], unpatched))
		cell(quotient(value[kind, "series", "on", 1, 512], unpatched))
		for (j = 1; j <= nr_peers; j++)
			cell(quotient(value[kind, peer[j], "on", 1, 512], unpatched))
		print "" > file
	}
}

function cpus(    steps, n, i, c)
{
	file = dir "/cpus.dat"
	print "CPUs \"up to TDH.SYS.INIT\" \"VMXON, TDH.SYS.LP.INIT\" \"TDH.SYS.RD, PAMT\"", \
		"\"TDH.SYS.CONFIG, KEY.CONFIG\" TDH.SYS.TDMR.INIT \"the rest\"" > file
	n = split("setup cpus pamt config tdmrs rest", steps, " ")
	for (c = 1; c <= 8; c *= 2) {
		printf "%d", c > file
		for (i = 1; i <= n; i++)
			cell(quotient(value["step-" steps[i], "series", "timed", c, 5120], 1e6))
		print "" > file
	}
}

function memory(    figures, mib, n, m, i, j)
{
	file = dir "/memory.dat"
	print "# GiB, and median, minimum and maximum each" > file
	n = split("1024 2048 3072 5120", mib, " ")
	m = split("init step-tdmrs step-pamt", figures, " ")
	for (i = 1; i <= n; i++) {
		# From 3 to 4 GiB there is none.
		printf "%d", i > file
		for (j = 1; j <= m; j++) {
			cell(quotient(value[figures[j], "series", "on", 1, mib[i]], 1e6))
			cell(quotient(low[figures[j], "series", "on", 1, mib[i]], 1e6))
			cell(quotient(high[figures[j], "series", "on", 1, mib[i]], 1e6))
		}
		print "" > file
	}
}

function loads(    figures, states, titles, n, i, j)
{
	file = dir "/peers.dat"
	printf "load series" > file
	for (j = 1; j <= nr_peers; j++)
		printf " %s", peer[j] > file
	print "" > file
	n = split("init fallback init", figures, " ")
	split("tdx0 fallback on", states, " ")
	split("tdx=0 fallback bring-up", titles, " ")
	for (i = 1; i <= n; i++) {
		series = value[figures[i], "series", states[i], 1, 512]
		printf "%s", titles[i] > file
		cell(quotient(series, series))
		for (j = 1; j <= nr_peers; j++)
			cell(quotient(value[figures[i], peer[j], states[i], 1, 512], series))
		print "" > file
	}
}

END {
	nr_peers = split(peers, peer, " ")
	exits()
	cpus()
	memory()
	loads()
}
