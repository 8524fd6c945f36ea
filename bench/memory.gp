# A bring-up and its longest steps by memory.
set title 'Bring-up with 1 CPU, by memory: median, minimum and maximum'
set xlabel 'GiB'
set ylabel 'million ticks'
set xrange [0:4.5]
set yrange [0:*]
set grid
set key outside
plot data using 1:2:3:4 with yerrorlines title 'all of it', \
	data using 1:5:6:7 with yerrorlines title 'TDH.SYS.TDMR.INIT', \
	data using 1:8:9:10 with yerrorlines title 'TDH.SYS.RD, PAMT'
