#!/bin/bash
# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The first program of a machine: puts its root together, from below: this machine's, read only; the packages; files of
# every machine; its own disk.
export PATH="$MACHINE_FILES/usr/sbin:$MACHINE_FILES/usr/bin:/usr/sbin:/usr/bin:/sbin:/bin"
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t tmpfs parts /mnt
mkdir /mnt/{files,top,disk,root}
mount -t hostfs -o "$MACHINE_FILES" files /mnt/files
mount -t hostfs -o "$MACHINE_ROOT" top /mnt/top
(
  export LD_LIBRARY_PATH="/usr/lib/x86_64-linux-gnu:$MACHINE_FILES/usr/lib/x86_64-linux-gnu"
  exec -a insmod kmod "$MACHINE_FILES"/usr/lib/uml/modules/*/kernel/fs/overlayfs/overlay.ko # its link is absolute
)
mount -t ext4 /dev/ubda /mnt/disk 2>/dev/null || { mke2fs -q -t ext4 /dev/ubda && mount -t ext4 /dev/ubda /mnt/disk; }
mkdir -p /mnt/disk/{above,work,srv}
mount -t overlay -o lowerdir=/mnt/top:/mnt/files:/,upperdir=/mnt/disk/above,workdir=/mnt/disk/work machine /mnt/root
mkdir -p /mnt/root/{machine,srv} /mnt/root/usr/lib/modules
ln -sfn ../uml/modules/"$(uname -r)" /mnt/root/usr/lib/modules/"$(uname -r)"
mount -t hostfs -o "$MACHINE_SHARED" shared /mnt/root/machine
mount --bind /mnt/disk/srv /mnt/root/srv
rm -f /mnt/root/.dockerenv # it is no container
rm -rf /mnt/root/etc/apt/sources.list{,.d/*} # packages come from where a test says
rm -f /mnt/root/var/lib/man-db/auto-update # reading all pages that this machine has takes long
rm -f /mnt/root/{var/lib/{dpkg,apt/lists},var/cache/apt/archives}/lock* # only our root may read those of this machine
exec switch_root /mnt/root /lib/systemd/systemd </dev/tty0 >/dev/tty0 2>&1
