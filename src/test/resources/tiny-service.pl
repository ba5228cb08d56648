# What tests of whole systems ship: answers every request on `$PORT` with the word it was started
# with, and one of so many, if a number follows the word, with 500; health is well in any case. In
# Perl, which every Debian has and which starts in a tenth of the time that java takes.
use strict;
use warnings;
use Socket qw(:all);

my ($word, $failing) = (@ARGV, 0);
$SIG{PIPE} = 'IGNORE';
$SIG{TERM} = sub { exit 143 } if ($SIG{TERM} // '') ne 'IGNORE';

socket(my $server, PF_INET, SOCK_STREAM, 0) or die "socket: $!\n";
setsockopt($server, SOL_SOCKET, SO_REUSEADDR, 1) or die "setsockopt: $!\n";
bind($server, pack_sockaddr_in($ENV{PORT}, INADDR_LOOPBACK)) or die "bind: $!\n";
listen($server, 100) or die "listen: $!\n";
$| = 1;
print "$word listens\n";

my (%clients, $asked);
my $watched = '';
vec($watched, fileno($server), 1) = 1;
while (1) {
    my $ready = $watched;
    next if select($ready, undef, undef, undef) < 1;
    if (vec($ready, fileno($server), 1) && accept(my $client, $server)) {
        setsockopt($client, IPPROTO_TCP, TCP_NODELAY, 1);
        $clients{fileno($client)} = { socket => $client, text => '' };
        vec($watched, fileno($client), 1) = 1;
    }
    for my $number (grep { vec($ready, $_, 1) } keys %clients) {
        my $client = $clients{$number};
        if (!sysread($client->{socket}, $client->{text}, 65536, length $client->{text})) {
            vec($watched, $number, 1) = 0;
            delete $clients{$number};
            next;
        }
        while ($client->{text} =~ s/^(.*?)\r\n\r\n//s) {
            my $ill = $failing && $1 !~ m{^GET /health }m && ++$asked % $failing == 0;
            my $status = $ill ? '500 Internal Server Error' : '200 OK';
            syswrite($client->{socket},
                "HTTP/1.1 $status\r\nContent-Length: " . length($word) . "\r\n\r\n$word");
        }
    }
}
