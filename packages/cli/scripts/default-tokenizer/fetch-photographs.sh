#!/bin/sh
# Photographs of Debian 12's wallpaper packages, unpacked into a folder: fetch-photographs.sh FOLDER
set -eu
mkdir -p "$1"
cd "$1"
apt-get download lomiri-wallpapers-16.04 lomiri-wallpapers-20.04 mate-backgrounds plasma-workspace-wallpapers
for package in *.deb; do dpkg -x "$package" .; done
